#pragma once

#include "io/awaitable.h"

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <functional>
#include <type_traits>
#include <utility>

namespace frontrow::io {

/// Threads for long computations (parsing or rendering megabytes), so that the owner's thread keeps
/// serving. The work must not touch anything that the owner may change meanwhile.
class Workers {
public:
    /// `owner`: the executor on which run() is called and resumes.
    Workers(Executor owner, std::size_t threads) : owner_{std::move(owner)}, pool_{threads} {}
    ~Workers() { pool_.join(); }

    /// Calls `work` on another thread and returns its result. `work` and everything that it refers
    /// to must live until then.
    template <class Work>
    Awaitable<std::invoke_result_t<Work&>> run(Work& work) {
        using Answer = std::invoke_result_t<Work&>;
        return boost::asio::async_initiate<decltype(use_awaitable)&, void(Answer)>(
            [this, &work](auto handler) {
                boost::asio::post(
                    pool_,
                    [owner = owner_, &work, handler = std::move(handler)]() mutable {
                        boost::asio::post(
                            owner,
                            [answer = work(), handler = std::move(handler)]() mutable {
                                handler(std::move(answer));
                            }
                        );
                    }
                );
            },
            use_awaitable
        );
    }

private:
    Executor owner_;
    boost::asio::thread_pool pool_;
};

}  // namespace frontrow::io
