#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace frontrow::test {

/// A TCP proxy on the loopback interface that is as bad a network as it is told to be: it cuts
/// connections, delays bytes and swallows them. Rules hold for all connections from the moment when
/// they are set, and count bytes from then on. Any thread.
class CuttingProxy {
public:
    enum class Way : std::uint8_t { to_server, to_client };

    /// In front of 127.0.0.1:`target`.
    explicit CuttingProxy(std::uint16_t target);
    ~CuttingProxy();
    CuttingProxy(const CuttingProxy&) = delete;
    CuttingProxy& operator=(const CuttingProxy&) = delete;

    std::uint16_t port() const { return port_; }

    /// New connections lead to 127.0.0.1:`target` from now on.
    void lead_to(std::uint16_t target);

    /// After so many more bytes this way, the connection on which the last of them came is cut, on
    /// both sides.
    void cut_after(Way way, std::size_t bytes);
    /// After so many more bytes this way, nothing comes through any more and nobody is told.
    void swallow_after(Way way, std::size_t bytes);
    /// Once a client says these words, nothing comes through any more, on no connection; the words
    /// themselves only if the server is to hear them, and what it does then stays untold.
    void fall_silent_at(std::string words, bool server_hears);
    bool has_fallen_silent() const;
    void delay(Way way, std::chrono::milliseconds time);
    /// Forgets the rules. What was swallowed stays lost.
    void behave();

    /// Cuts every connection there is.
    void cut_all();
    /// Cuts every new connection at once, or no longer.
    void refuse(bool is_refusing);

    /// How many have come, refused or not.
    std::size_t connections() const;
    /// All that has come through this way.
    std::size_t passed(Way way) const;

private:
    using Time = std::chrono::steady_clock::time_point;
    struct Chunk {
        Time due;
        std::string bytes;
    };
    struct Rule {
        std::optional<std::size_t> cut_in;
        std::optional<std::size_t> swallow_in;
        std::chrono::milliseconds delay{0};
        std::size_t passed = 0;
    };
    struct Silence {
        std::string words;
        bool server_hears = false;
    };
    struct Flow {
        int from = -1;
        int to = -1;
        Way way{};
        std::deque<Chunk> held = {};
        /// Who reads there doesn't keep up.
        bool is_blocked = false;
        bool has_ended = false;
    };
    struct Pair {
        Flow there;
        Flow back;
        bool is_cut = false;
    };

    void run();
    void accept_one();
    void serve(Pair& pair);
    void read(Pair& pair, Flow& flow);
    void write_due(Pair& pair, Flow& flow, Time now);
    int wait_ms() const;
    void watch_for_words(std::string_view said);
    Rule& rule(Way way) { return way == Way::to_server ? to_server_ : to_client_; }

    std::uint16_t target_;
    std::uint16_t port_ = 0;
    int listener_ = -1;
    int wake_ = -1;
    mutable std::mutex mutex_;
    Rule to_server_;
    Rule to_client_;
    std::optional<Silence> silence_;
    bool has_fallen_silent_ = false;
    std::size_t connections_ = 0;
    bool is_refusing_ = false;
    bool is_stopping_ = false;
    std::list<Pair> pairs_;
    std::thread thread_;
};

}  // namespace frontrow::test
