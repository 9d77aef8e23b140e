#pragma once

#include "base/hash_map.h"
#include "domain/page.h"
#include "domain/sections.h"
#include "http/answer_memory.h"
#include "io/awaitable.h"
#include "io/turn_queue.h"
#include "io/workers.h"

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace frontrow::http {

/// A body that several answers share.
struct SharedBody {
    std::string text;
    /// The place of the last item, if this is a page of a list that continues after it.
    std::optional<domain::Place> last = {};
    /// The sections of a seat map, from which answers are computed. Set only if this body isn't
    /// itself an answer; its text is then empty.
    std::shared_ptr<const domain::SectionPlan> sections = {};
};

/// A cache of bodies that many clients request and that are costly to make. Each body is made once,
/// however many clients request it while it is being made or sent. The most recently used ones are
/// kept, up to `kept_bytes_max` in all. A body's name contains its version, so outdated bodies are
/// no longer requested.
///
/// Every body counts in AnswerMemory from before it is made until its last user releases it. One
/// thread. All bodies must be released before this is destroyed.
class SharedBodies {
public:
    using Body = std::shared_ptr<const SharedBody>;

    SharedBodies(
        AnswerMemory& memory,
        io::TurnQueue& turns,
        io::Workers& workers,
        std::size_t kept_bytes_max
    )
        : memory_{memory}, turns_{turns}, workers_{workers}, kept_bytes_max_{kept_bytes_max} {}
    SharedBodies(const SharedBodies&) = delete;
    SharedBodies& operator=(const SharedBodies&) = delete;

    /// Null if the body is neither kept nor being sent.
    Body find(const std::string& name);

    /// Makes a body that find() didn't find, by calling `make()`: here if it `is_small`, otherwise
    /// on a worker thread. Null if there is no room for `bytes`.
    template <class Make>
    io::Awaitable<Body> make(std::string name, bool is_small, std::size_t bytes, Make make) {
        if (is_small) co_return make_here(name, bytes, std::move(make));
        co_return co_await make_on_worker(std::move(name), bytes, std::move(make));
    }

    /// The same, always here.
    template <class Make>
    Body make_here(const std::string& name, std::size_t bytes, Make make) {
        auto share = room_for(bytes);
        return share ? put(name, make(), *std::move(share)) : nullptr;
    }

    /// The same, always on a worker thread. Callers that request the body meanwhile wait for it,
    /// and then resume one after the other.
    template <class Make>
    io::Awaitable<Body> make_on_worker(std::string name, std::size_t bytes, Make make) {
        if (const auto found = making_.find(name); found != making_.end()) {
            const auto making = found->second;
            co_await until_made(*making);
            co_return making->body;
        }
        auto share = room_for(bytes);
        if (!share) co_return nullptr;
        const auto making = std::make_shared<Making>();
        making_.emplace(name, making);
        auto made = co_await workers_.run(make);
        making->body = put(name, std::move(made), *std::move(share));
        making_.erase(name);
        for (auto& resume : std::exchange(making->waiting, {}))
            turns_.add(std::move(resume));
        co_return making->body;
    }

private:
    using Kept = std::list<std::pair<std::string, Body>>;

    struct Known {
        std::weak_ptr<const SharedBody> body;
        /// Its place in kept_, if it is there.
        std::optional<Kept::iterator> place;
    };
    struct Making {
        Body body;
        std::vector<std::move_only_function<void()>> waiting;
    };
    struct Counted {
        SharedBody body;
        AnswerMemory::Share share;
    };

    std::optional<AnswerMemory::Share> room_for(std::size_t bytes);
    Body put(const std::string& name, SharedBody made, AnswerMemory::Share share);
    static io::Awaitable<void> until_made(Making& making);
    void keep(const std::string& name, const Body& body);
    void let_go_of_oldest();
    void forget(const std::string& name);

    AnswerMemory& memory_;
    io::TurnQueue& turns_;
    io::Workers& workers_;
    const std::size_t kept_bytes_max_;
    HashMap<std::string, std::shared_ptr<Making>> making_;
    HashMap<std::string, Known> known_;
    /// Most recently used first. Declared after known_, because a body that is destroyed removes
    /// itself from known_.
    Kept kept_;
    std::size_t kept_bytes_ = 0;
};

}  // namespace frontrow::http
