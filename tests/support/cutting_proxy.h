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

/// A TCP proxy on the loopback interface that simulates a bad network: it cuts connections, delays
/// bytes and discards ("swallows") them, as the test says. A rule applies to all connections from
/// the moment when it is set, and counts only bytes that come later. Any thread.
class CuttingProxy {
public:
    enum class Way : std::uint8_t { to_server, to_client };

    /// Forwards to 127.0.0.1:`target`.
    explicit CuttingProxy(std::uint16_t target);
    ~CuttingProxy();
    CuttingProxy(const CuttingProxy&) = delete;
    CuttingProxy& operator=(const CuttingProxy&) = delete;

    std::uint16_t port() const { return port_; }

    /// Forwards new connections to 127.0.0.1:`target` from now on.
    void lead_to(std::uint16_t target);

    /// After this many more bytes in this direction, cuts the connection that carried the last
    /// byte, on both sides.
    void cut_after(Way way, std::size_t bytes);
    /// After this many more bytes in this direction, swallows all bytes, but closes no connection.
    void swallow_after(Way way, std::size_t bytes);
    /// Once a client sends a piece of bytes with these words, swallows all bytes of all
    /// connections, in both directions. The piece itself reaches the server only if `server_hears`;
    /// the server's answer never arrives.
    void fall_silent_at(std::string words, bool server_hears);
    bool has_fallen_silent() const;
    void delay(Way way, std::chrono::milliseconds time);
    /// Removes the rules. Swallowed bytes stay lost.
    void behave();

    /// Cuts all open connections.
    void cut_all();
    /// Cuts every new connection at once, or stops doing so.
    void refuse(bool is_refusing);

    /// The number of connections accepted so far, including refused ones.
    std::size_t connections() const;
    /// The number of bytes that have passed in this direction.
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
        /// The receiver doesn't read fast enough.
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
