#pragma once

#include <deque>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "module/coordinator.hpp"
#include "tests/unit/module/simulated_media.hpp"
#include "xmpp/element.hpp"

namespace parley::module::test {

/// Plays a dialogue of tests/stanzas/calls (README.md there) against the coordinator, with
/// SimulatedMedia for the SFU. Throws std::runtime_error that says which step went otherwise.
class Dialogue {
  public:
    explicit Dialogue(const std::filesystem::path& file);
    void play();

  private:
    void play(const xmpp::Element& script, const std::filesystem::path& file);
    void step(const xmpp::Element& element);
    bool act(const xmpp::Element& element);
    void expect(const xmpp::Element& element);
    void expect_nothing_left() const;

    void room_event(const xmpp::Element& element);
    void says(const xmpp::Element& element);
    void presence(const xmpp::Element& element);
    void media_fails(const xmpp::Element& element);
    void demands(const xmpp::Element& element);
    void submits(const xmpp::Element& element);
    void node_lost(const xmpp::Element& element);
    void take(Outputs outputs);
    void occupy(const xmpp::Element& element);

    struct Place {
        RoomHead head;
        std::map<std::string, Occupant> people;
    };

    std::string next_uuid();
    static RoomHead next_head(Place& place);
    Place& place(std::string_view name);
    Place& place_of(const xmpp::Element& element);  ///< `team` unless it names another room
    Occupant& occupant(const xmpp::Element& element);

    std::filesystem::path file_;
    xmpp::Element script_;
    size_t step_number_ = 0;
    uint32_t uuids_ = 0;

    Now now_;
    Coordinator coordinator_;
    SimulatedMedia media_;
    std::map<std::string, Place> places_;
    std::deque<xmpp::Element> outcomes_;  ///< wrapped in what an expectation is called
};

/// The script of a file, for settings that its root element asks for.
xmpp::Element read_xml_file(const std::filesystem::path& file);

}  // namespace parley::module::test
