#include "xmpp/xml_scanner.hpp"

namespace parley::xmpp {

namespace {

constexpr std::string_view cdata_word = "[CDATA[";
constexpr std::string_view declaration_word = "xml";

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

}  // namespace

XmlScanner::Progress XmlScanner::scan(std::string_view bytes) {
    Progress progress;
    for (size_t i = 0; i < bytes.size(); ++i) {
        progress.fault = take(bytes[i]);
        if (progress.fault) return progress;
        ++offset_;
        if (tag_ended_) progress.complete = i + 1;
    }
    return progress;
}

std::optional<XmlFault> XmlScanner::take(char c) {
    const auto byte = static_cast<unsigned char>(c);
    tag_ended_ = false;
    if (byte >= 0x80 || continuation_ > 0) {
        if (auto fault = take_utf8(byte)) return fault;
    } else if (byte == 0) {
        // XML 1.0 appendix F: a NUL among the first four bytes is UTF-16 or UCS-4.
        return offset_ < 4 ? XmlFault::unsupported_encoding : XmlFault::not_well_formed;
    }
    if (!is_between() || c == '<') {
        if (++counted_ > limits_.stanza_bytes_max) return XmlFault::policy_violation;
    }
    switch (state_) {
        case State::text:
            return take_text(c);
        case State::tag_open:
        case State::tag:
            return take_tag(c);
        case State::quoted:
            if (c == '<') return XmlFault::not_well_formed;
            if (c == quote_) state_ = State::tag;
            return std::nullopt;
        case State::bang:
            return take_bang(c);
        case State::cdata:
            take_cdata(c);
            return std::nullopt;
        case State::question:
            return take_question(c);
        case State::declaration:
            tag_ended_ = c == '>' && previous_ == '?';
            if (tag_ended_) state_ = State::text;
            previous_ = c;
            return std::nullopt;
    }
    return std::nullopt;
}

/// RFC 3629 s4: no overlong forms, no surrogates, nothing above U+10FFFF.
std::optional<XmlFault> XmlScanner::take_utf8(unsigned char c) {
    if (continuation_ > 0) {
        if (c < continuation_min_ || c > continuation_max_) return XmlFault::unsupported_encoding;
        --continuation_;
        continuation_min_ = 0x80;
        continuation_max_ = 0xBF;
        return std::nullopt;
    }
    if (c < 0xC2 || c > 0xF4) return XmlFault::unsupported_encoding;
    continuation_ = c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;
    if (c == 0xE0) continuation_min_ = 0xA0;
    if (c == 0xED) continuation_max_ = 0x9F;
    if (c == 0xF0) continuation_min_ = 0x90;
    if (c == 0xF4) continuation_max_ = 0x8F;
    return std::nullopt;
}

std::optional<XmlFault> XmlScanner::take_text(char c) {
    if (c == '<') {
        if (closed_) return XmlFault::not_well_formed;
        state_ = State::tag_open;
        is_end_tag_ = false;
        attributes_ = 0;
        return std::nullopt;
    }
    if (!is_between() || is_space(c)) return std::nullopt;
    return depth_ == 0 ? XmlFault::not_well_formed : XmlFault::bad_format;
}

std::optional<XmlFault> XmlScanner::take_tag(char c) {
    if (state_ == State::tag_open) {
        state_ = State::tag;
        previous_ = 0;
        matched_ = 0;
        if (c == '!' || c == '?') {
            state_ = c == '!' ? State::bang : State::question;
            return std::nullopt;
        }
        if (c == '/') {
            is_end_tag_ = true;
            return std::nullopt;
        }
    }
    if (c == '<') return XmlFault::not_well_formed;
    if (c == '>') return end_tag();
    if (c == '\'' || c == '"') {
        if (++attributes_ > limits_.attributes_max) return XmlFault::policy_violation;
        state_ = State::quoted;
        quote_ = c;
    }
    previous_ = c;
    return std::nullopt;
}

std::optional<XmlFault> XmlScanner::end_tag() {
    state_ = State::text;
    tag_ended_ = true;
    if (is_end_tag_) {
        if (depth_ == 0) return XmlFault::not_well_formed;
        --depth_;
    } else if (previous_ != '/') {
        ++depth_;
    }
    if (depth_ == 0) closed_ = true;
    if (depth_ <= counted_depth()) counted_ = 0;
    return std::nullopt;
}

std::optional<XmlFault> XmlScanner::take_bang(char c) {
    if (c != cdata_word[matched_]) return XmlFault::restricted_xml;
    if (++matched_ < cdata_word.size()) return std::nullopt;
    if (depth_ == 0) return XmlFault::not_well_formed;
    if (depth_ <= counted_depth()) return XmlFault::bad_format;
    state_ = State::cdata;
    matched_ = 0;
    return std::nullopt;
}

void XmlScanner::take_cdata(char c) {
    if (c == ']') {
        if (matched_ < 2) ++matched_;
        return;
    }
    if (c == '>' && matched_ == 2) state_ = State::text;
    matched_ = 0;
}

/// RFC 6120 s11.1 allows no processing instruction but the XML declaration at the very start.
std::optional<XmlFault> XmlScanner::take_question(char c) {
    if (matched_ < declaration_word.size()) {
        if (c != declaration_word[matched_]) return XmlFault::restricted_xml;
        ++matched_;
        return std::nullopt;
    }
    if (!is_space(c)) return XmlFault::restricted_xml;
    if (offset_ != declaration_word.size() + 2) return XmlFault::not_well_formed;
    state_ = State::declaration;
    return std::nullopt;
}

}  // namespace parley::xmpp
