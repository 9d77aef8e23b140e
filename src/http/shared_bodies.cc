#include "http/shared_bodies.h"

namespace frontrow::http {
namespace {

/// The memory of a body besides its text and the three copies of its name. It is counted because a
/// million empty lists with different names need much memory too.
constexpr std::size_t kBesideText = 512;

std::size_t bytes_of(const std::string& name, const SharedBody& body) {
    const auto sections = body.sections == nullptr ? 0 : domain::bytes_of(*body.sections);
    return body.text.capacity() + sections + 3 * name.capacity() + kBesideText;
}

}  // namespace

SharedBodies::Body SharedBodies::find(const std::string& name) {
    const auto found = known_.find(name);
    if (found == known_.end()) return nullptr;
    const auto& place = found->second.place;
    if (place) kept_.splice(kept_.begin(), kept_, *place);
    return found->second.body.lock();
}

/// Drops kept bodies, the least recently used first, if that can make room for the new one.
std::optional<AnswerMemory::Share> SharedBodies::room_for(std::size_t bytes) {
    while (!memory_.has_room(bytes) && memory_.has_room(bytes, kept_bytes_))
        let_go_of_oldest();
    return memory_.take(bytes);
}

SharedBodies::Body
SharedBodies::put(const std::string& name, SharedBody made, AnswerMemory::Share share) {
    share.resize(bytes_of(name, made));
    const std::shared_ptr<Counted> counted{
        new Counted{std::move(made), std::move(share)},
        [this, name](const Counted* gone) {
            delete gone;
            forget(name);
        }
    };
    const Body body{counted, &counted->body};
    known_.insert_or_assign(name, Known{.body = body, .place = {}});
    keep(name, body);
    return body;
}

io::Awaitable<void> SharedBodies::until_made(Making& making) {
    return boost::asio::async_initiate<decltype(io::use_awaitable)&, void()>(
        [&making](auto handler) { making.waiting.emplace_back(std::move(handler)); },
        io::use_awaitable
    );
}

void SharedBodies::keep(const std::string& name, const Body& body) {
    const auto bytes = bytes_of(name, *body);
    if (bytes > kept_bytes_max_) return;
    kept_.emplace_front(name, body);
    kept_bytes_ += bytes;
    known_.at(name).place = kept_.begin();
    while (kept_bytes_ > kept_bytes_max_)
        let_go_of_oldest();
}

void SharedBodies::let_go_of_oldest() {
    const auto [name, body] = std::move(kept_.back());
    kept_.pop_back();
    kept_bytes_ -= bytes_of(name, *body);
    known_.at(name).place.reset();
}

/// Called when the last user of a body with this name has released it. Another body may have been
/// made under the name meanwhile; that one stays.
void SharedBodies::forget(const std::string& name) {
    const auto found = known_.find(name);
    if (found != known_.end() && found->second.body.expired()) known_.erase(found);
}

}  // namespace frontrow::http
