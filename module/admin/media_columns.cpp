#include "module/admin/media_columns.hpp"

#include <cstdio>
#include <string>
#include <utility>

#include "module/admin/fields.hpp"
#include "module/jingle/ice.hpp"

namespace parley::module {

namespace {

using Field = xmpp::DataForm::Field;

std::string kbit_s(uint64_t bits_per_second) {
    return std::to_string((bits_per_second + 500) / 1000);
}

std::string one_decimal(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f", value);
    return text;
}

std::string to_text(const CandidatePair::End& end) {
    const bool is_ipv6 = end.address.find(':') != std::string::npos;
    const std::string address = is_ipv6 ? '[' + end.address + ']' : end.address;
    return std::string(jingle::to_string(end.type)) + ' ' + address + ':' +
           std::to_string(end.port);
}

/// "2 360p T1": the second encoding, 360 pixels high, temporal layers 0 and 1.
std::vector<std::string> to_text(const std::vector<ForwardedLayer>& layers) {
    std::vector<std::string> texts;
    for (const ForwardedLayer& layer : layers) {
        const std::string height = layer.height ? ' ' + std::to_string(layer.height) + 'p' : "";
        texts.push_back(std::to_string(layer.encoding + 1) + height + " T" +
                        std::to_string(layer.temporal_layer));
    }
    return texts;
}

}  // namespace

std::vector<Field> media_columns() {
    return {column("sends_kbit_s", "text-single", "Sends kbit/s"),
            column("sends_lost_percent", "text-single", "Lost of that %"),
            column("receives_kbit_s", "text-single", "Receives kbit/s"),
            column("receives_lost_percent", "text-single", "Lost of that %"),
            column("receives_layers", "text-multi", "Layers"),
            column("bandwidth_kbit_s", "text-single", "Carries kbit/s"),
            column("round_trip_ms", "text-single", "Round trip ms"),
            column("codecs", "text-multi", "Sends in"),
            column("server_candidate", "text-single", "ICE, server"),
            column("client_candidate", "text-single", "ICE, client")};
}

std::vector<Field> media_cells(const ParticipantStatistics* measured) {
    if (!measured) {
        std::vector<Field> cells;
        for (Field& unknown : media_columns())
            cells.push_back(cell(std::move(unknown.var), std::vector<std::string>()));
        return cells;
    }
    using Values = std::vector<std::string>;
    const auto& [sends, receives, round_trip, codecs, pair, layers, bandwidth] = *measured;
    return {cell("sends_kbit_s", kbit_s(sends.bits_per_second)),
            cell("sends_lost_percent", one_decimal(100 * sends.fraction_lost)),
            cell("receives_kbit_s", kbit_s(receives.bits_per_second)),
            cell("receives_lost_percent", one_decimal(100 * receives.fraction_lost)),
            cell("receives_layers", to_text(layers)),
            cell("bandwidth_kbit_s", bandwidth ? Values{kbit_s(*bandwidth)} : Values{}),
            cell("round_trip_ms",
                 round_trip ? Values{one_decimal(static_cast<double>(round_trip->count()) / 1000)}
                            : Values{}),
            cell("codecs", codecs),
            cell("server_candidate", pair ? Values{to_text(pair->local)} : Values{}),
            cell("client_candidate", pair ? Values{to_text(pair->remote)} : Values{})};
}

}  // namespace parley::module
