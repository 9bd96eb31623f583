#include "xmpp/jid.hpp"

#include <idna.h>
#include <stringprep.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <optional>

namespace parley::xmpp {

namespace {

constexpr size_t part_bytes_max = 1023;  // RFC 7622 s3.1
constexpr size_t ip_literal_bytes_max = 64;
constexpr size_t label_bytes_max = 63;  // RFC 1034 s3.1

enum class Part { local, domain, resource };

constexpr std::string_view name_of(Part part) {
    switch (part) {
        case Part::local:
            return "local part";
        case Part::domain:
            return "domain";
        case Part::resource:
            return "resource";
    }
    return {};
}

tl::unexpected<Error> refuse(Part part, std::string_view why) {
    return tl::unexpected(
        Error{"the " + std::string(name_of(part)) + " of the JID " + std::string(why)});
}

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// What the profile makes of an ASCII character: itself or its lower case; nothing where it
/// prohibits it.
std::optional<char> prepare_ascii(Part part, char c) {
    if (c < 0x20 || c == 0x7f) return std::nullopt;
    if (part == Part::resource) return c;
    if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
    if (part == Part::local) {
        // RFC 6122 appendix A.5: nodeprep prohibits these over and above the space.
        constexpr std::string_view prohibited = " \"&'/:<>@";
        return prohibited.find(c) == std::string_view::npos ? std::optional(c) : std::nullopt;
    }
    const bool of_name =
        (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    return of_name ? std::optional(c) : std::nullopt;
}

const Stringprep_profile* profile_of(Part part) {
    switch (part) {
        case Part::local:
            return stringprep_xmpp_nodeprep;
        case Part::domain:
            return stringprep_nameprep;
        case Part::resource:
            return stringprep_xmpp_resourceprep;
    }
    return nullptr;
}

/// One pass of the profile. Characters that Unicode 3.2 does not know are let through, as deployed
/// servers do: nicknames have emoji.
Result<std::string> stringprep_once(Part part, std::string_view text) {
    std::array<char, part_bytes_max + 1> buffer{};
    std::copy(text.begin(), text.end(), buffer.begin());
    const int status = stringprep(buffer.data(), buffer.size(),
                                  static_cast<Stringprep_profile_flags>(0), profile_of(part));
    if (status == STRINGPREP_TOO_SMALL_BUFFER) return refuse(part, "is longer than 1023 octets");
    if (status != STRINGPREP_OK) {
        return refuse(part, std::string("is not allowed: ") +
                                stringprep_strerror(static_cast<Stringprep_rc>(status)));
    }
    return std::string(buffer.data());
}

/// Preparation must be its own fixed point, else one address would have two spellings.
Result<std::string> stringprep_stable(Part part, std::string_view text) {
    auto once = stringprep_once(part, text);
    if (!once) return once;
    auto twice = stringprep_once(part, *once);
    if (!twice || *twice != *once) return refuse(part, "has no stable prepared form");
    return once;
}

/// An IPv6 address in brackets (RFC 7622 s3.2). Only its characters are checked.
bool is_ip_literal(std::string_view domain) {
    return domain.size() > 2 && domain.size() <= ip_literal_bytes_max && domain.front() == '[' &&
           domain.back() == ']' &&
           domain.find_first_not_of("0123456789abcdefABCDEF:.", 1) == domain.size() - 1;
}

std::string lower_case(std::string_view ascii) {
    std::string result(ascii);
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return result;
}

Result<void> check_labels(std::string_view domain) {
    while (true) {
        const size_t dot = domain.find('.');
        const std::string_view label = domain.substr(0, dot);
        if (label.empty()) return refuse(Part::domain, "has an empty label");
        if (label.size() > label_bytes_max && is_ascii(label)) {
            return refuse(Part::domain, "has a label longer than 63 octets");
        }
        if (dot == std::string_view::npos) return {};
        domain.remove_prefix(dot + 1);
    }
}

/// RFC 3490 s3.1: the full stops of other scripts that stand between labels.
std::string with_ascii_dots(std::string_view domain) {
    std::string result(domain);
    for (const std::string_view dot : {"\u3002", "\uFF0E", "\uFF61"}) {
        for (size_t at = result.find(dot); at != std::string::npos; at = result.find(dot, at + 1)) {
            result.replace(at, dot.size(), ".");
        }
    }
    return result;
}

/// The domain must have a form in the DNS (RFC 3490 s4.1).
Result<void> check_idna(const std::string& domain) {
    char* ascii = nullptr;
    const int status = idna_to_ascii_8z(domain.c_str(), &ascii, IDNA_ALLOW_UNASSIGNED);
    const std::unique_ptr<char, decltype(&std::free)> owner(ascii, &std::free);
    if (status == IDNA_SUCCESS) return {};
    return refuse(Part::domain, std::string("is not a host name: ") +
                                    idna_strerror(static_cast<Idna_rc>(status)));
}

Result<std::string> prepare(Part part, std::string_view text) {
    if (text.size() > part_bytes_max) return refuse(part, "is longer than 1023 octets");
    std::string ascii;
    ascii.reserve(text.size());
    bool wide = false;
    for (const char c : text) {
        if (static_cast<unsigned char>(c) >= 0x80) {
            wide = true;
            continue;
        }
        const std::optional<char> prepared = prepare_ascii(part, c);
        if (!prepared) return refuse(part, "holds a character that is not allowed there");
        ascii += *prepared;
    }
    if (!wide) return ascii;
    auto prepared = stringprep_stable(part, text);
    if (prepared && prepared->empty()) return refuse(part, "is empty");
    return prepared;
}

Result<std::string> prepare_domain(std::string_view text) {
    if (text.ends_with('.')) text.remove_suffix(1);  // RFC 7622 s3.2
    if (text.empty()) return refuse(Part::domain, "is empty");
    if (is_ip_literal(text)) return lower_case(text);
    const bool wide = !is_ascii(text);
    auto domain = wide ? prepare(Part::domain, with_ascii_dots(text)) : prepare(Part::domain, text);
    if (!domain) return domain;
    if (wide) {
        // Normalisation may have made ASCII out of look-alikes: U+FF0F is a slash then.
        for (const char c : *domain) {
            if (is_ascii({&c, 1}) && prepare_ascii(Part::domain, c) != c) {
                return refuse(Part::domain, "holds a character that is not allowed there");
            }
        }
        if (auto checked = check_idna(*domain); !checked) return tl::unexpected(checked.error());
    }
    if (auto checked = check_labels(*domain); !checked) return tl::unexpected(checked.error());
    return domain;
}

}  // namespace

Result<Jid> Jid::parse(std::string_view text) {
    // RFC 7622 s3.1: the first slash ends the domain; an at sign counts only before it.
    const size_t slash = text.find('/');
    const std::string_view resource =
        slash == std::string_view::npos ? std::string_view{} : text.substr(slash + 1);
    if (slash != std::string_view::npos && resource.empty()) {
        return refuse(Part::resource, "is empty");
    }
    std::string_view domain = text.substr(0, slash);
    const size_t at = domain.find('@');
    const std::string_view local =
        at == std::string_view::npos ? std::string_view{} : domain.substr(0, at);
    if (at != std::string_view::npos) {
        if (local.empty()) return refuse(Part::local, "is empty");
        domain.remove_prefix(at + 1);
    }
    return make(local, domain, resource);
}

Result<Jid> Jid::make(std::string_view local, std::string_view domain, std::string_view resource) {
    auto prepared_local = prepare(Part::local, local);
    if (!prepared_local) return tl::unexpected(prepared_local.error());
    auto prepared_domain = prepare_domain(domain);
    if (!prepared_domain) return tl::unexpected(prepared_domain.error());
    auto prepared_resource = prepare(Part::resource, resource);
    if (!prepared_resource) return tl::unexpected(prepared_resource.error());
    return Jid(std::move(*prepared_local), std::move(*prepared_domain),
               std::move(*prepared_resource));
}

Jid Jid::bare() const {
    return Jid(local_, domain_, {});
}

Result<Jid> Jid::with_resource(std::string_view resource) const {
    if (resource.empty()) return refuse(Part::resource, "is empty");
    auto prepared = prepare(Part::resource, resource);
    if (!prepared) return tl::unexpected(prepared.error());
    return Jid(local_, domain_, std::move(*prepared));
}

std::string Jid::to_string() const {
    std::string text;
    text.reserve(local_.size() + domain_.size() + resource_.size() + 2);
    if (!local_.empty()) {
        text += local_;
        text += '@';
    }
    text += domain_;
    if (!resource_.empty()) {
        text += '/';
        text += resource_;
    }
    return text;
}

}  // namespace parley::xmpp

size_t std::hash<parley::xmpp::Jid>::operator()(const parley::xmpp::Jid& jid) const noexcept {
    const std::hash<std::string> hash_part;
    size_t seed = hash_part(jid.local());
    for (const std::string* part : {&jid.domain(), &jid.resource()}) {
        seed ^= hash_part(*part) + 0x9e3779b97f4a7c15u + (seed << 6u) + (seed >> 2u);
    }
    return seed;
}
