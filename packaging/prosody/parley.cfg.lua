-- Group calls in Prosody's rooms: a file for /etc/prosody/conf.d. It works as it is for the host "localhost" of
-- Debian's prosody.cfg.lua; for another, put its name in place of localhost, everywhere. docs/prosody.md says more.

Component "conference.localhost" "muc"
    name = "Chat rooms"
    -- Who may make rooms: accounts of this server.
    restrict_room_creation = "local"
    modules_enabled = { "parley" }

    -- Calls are for rooms with members only, in which everybody sees the others' addresses. New rooms are such rooms.
    muc_room_default_members_only = true
    muc_room_default_public_jids = true
    muc_room_default_allow_member_invites = true

    -- The module, if it is not here:
    --parley_module = "/usr/lib/parley/parley.so"

    -- Where administrators find the list of calls; the host above this one by default.
    --parley_admin_host = "localhost"

    parley_options = {
        -- The address of the media server. Without it calls are peer to peer only. mod_parley makes this component.
        sfu_jid = "sfu.localhost";
        -- The addresses of this machine that media use, and what they are for clients outside of a NAT of this
        -- side, in the same order. Without sfu_addresses: all of them.
        --sfu_addresses = { "192.0.2.10" };
        --sfu_public_addresses = { "198.51.100.7" };
        -- The ports of media (UDP); open them in the firewall.
        sfu_port_min = 10000;
        sfu_port_max = 10100;
        -- Media by TCP as well, on the same ports.
        --sfu_tcp = true;
        -- Behind a NAT: what tells the SFU its public address, and what relays for it where no port is forwarded.
        --sfu_stun_server = "198.51.100.3";
        --sfu_turn_server = "198.51.100.3";
        --sfu_turn_secret = "a long random text";
        -- Threads that forward media; 0: one per processor.
        --sfu_workers = 0;
        -- In kbit/s, what is forwarded of a client at most: of one video, which it is told, of one audio stream, and of
        -- all together.
        --sfu_video_kbit_s_max = 2500;
        --sfu_audio_kbit_s_max = 1000;
        --sfu_participant_kbit_s_max = 10000;
        -- Packets of each video stream, kept to be sent again.
        --sfu_packets_kept_max = 512;
        -- What publishers may send, the preferred first.
        --sfu_video_codecs = { "VP8", "VP9", "H264", "AV1" };
        -- Whose audio is forwarded in a bigger call: that of so many, the loudest.
        --sfu_audible_participants_max = 8;
        -- docs/operating.md has all that there is. A call nobody accepts ends after that; so does one that stays empty.
        --ring_timeout_s = 60;
        --empty_call_timeout_s = 30;
        -- 0: no limit.
        --call_duration_s_max = 0;
        --participants_max = 50;
        --calls_per_room_max = 1;
        -- Of one user in one room, and of one occupant.
        --proposals_per_minute_max = 10;
        --room_proposals_per_minute_max = 30; -- of all users together
        --call_messages_per_minute_max = 120;
        -- Owners may let anybody into a call through the SFU who knows its id.
        --guests = false;
        -- What rooms allow until an owner says otherwise in the room's configuration.
        --room_calls = true;
        --room_call_permission = "members"; -- or "anyone" with voice, or "moderators"
        --room_call_modes = "any"; -- or "mesh", or "sfu"
    }
