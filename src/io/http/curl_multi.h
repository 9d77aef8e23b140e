#pragma once

#include "io/awaitable.h"

#include <chrono>
#include <cstddef>
#include <curl/curl.h>
#include <memory>

namespace frontrow::io {

/// Runs libcurl's transfers on an executor, many at a time, and keeps their connections for later
/// ones. libcurl says which sockets and which timeout it waits for, and Asio waits for them, so no
/// call blocks and no thread is needed. Only a host's name is looked up in a thread, which libcurl
/// starts for each look-up. One thread, the executor's.
///
/// Asio watches duplicates of libcurl's sockets: libcurl closes its own at any time, and a
/// descriptor's number could then belong to another file.
class CurlMulti {
public:
    /// A transfer's owner. The easy handle's CURLOPT_PRIVATE points to it.
    class Owner {
    public:
        virtual ~Owner() = default;
        /// Called once, when the transfer has ended by itself. Must not add or remove transfers.
        virtual void ended(CURLcode result) = 0;
    };

    /// Keeps at most `idle_max` connections that no transfer uses.
    CurlMulti(Executor executor, std::size_t idle_max);
    /// No transfer may be left.
    ~CurlMulti();
    CurlMulti(const CurlMulti&) = delete;
    CurlMulti& operator=(const CurlMulti&) = delete;

    void add(CURL* easy);
    /// Call it for every transfer that was added. One that hasn't ended is cut off, together with
    /// its connection.
    void remove(CURL* easy);

private:
    struct Watch;
    struct State;

    std::shared_ptr<State> state_;
};

}  // namespace frontrow::io
