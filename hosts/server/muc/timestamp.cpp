#include "hosts/server/muc/timestamp.hpp"

#include <charconv>
#include <cstdio>

namespace parley::server::muc {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// Takes exactly `digits` decimal digits off the front.
std::optional<int> take(std::string_view& text, size_t digits) {
    if (text.size() < digits) return std::nullopt;
    int value = 0;
    const char* end = text.data() + digits;
    const auto [parsed, fault] = std::from_chars(text.data(), end, value);
    if (fault != std::errc{} || parsed != end || value < 0) return std::nullopt;
    text.remove_prefix(digits);
    return value;
}

bool skip(std::string_view& text, char expected) {
    if (text.empty() || text.front() != expected) return false;
    text.remove_prefix(1);
    return true;
}

milliseconds take_fraction(std::string_view& text) {
    int value = 0;
    int scale = 1000;
    if (!skip(text, '.')) return milliseconds(0);
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
        scale /= 10;
        value += (text.front() - '0') * scale;
        text.remove_prefix(1);
    }
    return milliseconds(value);
}

std::optional<minutes> take_zone(std::string_view& text) {
    if (text == "Z") return minutes(0);
    const bool east = skip(text, '+');
    if (!east && !skip(text, '-')) return std::nullopt;
    const auto hour = take(text, 2);
    if (!hour || !skip(text, ':')) return std::nullopt;
    const auto minute = take(text, 2);
    if (!minute || !text.empty() || *hour > 23 || *minute > 59) return std::nullopt;
    const minutes offset = hours(*hour) + minutes(*minute);
    return east ? offset : -offset;
}

}  // namespace

std::string format_timestamp(TimePoint time) {
    const auto stamp = std::chrono::floor<milliseconds>(time);
    const auto day = std::chrono::floor<days>(stamp);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(stamp - day);
    std::string text(48, '\0');
    const int size = std::snprintf(
        text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
        static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
        static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
        static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()),
        static_cast<int>(clock.subseconds().count()));
    text.resize(static_cast<size_t>(size));
    return text;
}

std::optional<TimePoint> parse_timestamp(std::string_view text) {
    const auto year = take(text, 4);
    if (!year || !skip(text, '-')) return std::nullopt;
    const auto month = take(text, 2);
    if (!month || !skip(text, '-')) return std::nullopt;
    const auto day = take(text, 2);
    if (!day || !skip(text, 'T')) return std::nullopt;
    const auto hour = take(text, 2);
    if (!hour || !skip(text, ':')) return std::nullopt;
    const auto minute = take(text, 2);
    if (!minute || !skip(text, ':')) return std::nullopt;
    const auto second = take(text, 2);
    if (!second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
    const milliseconds fraction = take_fraction(text);
    const auto zone = take_zone(text);
    const std::chrono::year_month_day date{std::chrono::year(*year),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!zone || !date.ok()) return std::nullopt;
    // TimePoint counts nanoseconds in 64 bits: it ends in the years 1677 and 2262.
    if (*year < 1678) return TimePoint::min();
    if (*year > 2261) return TimePoint::max();
    return std::chrono::sys_days(date) + hours(*hour) + minutes(*minute) + seconds(*second) +
           fraction - *zone;
}

}  // namespace parley::server::muc
