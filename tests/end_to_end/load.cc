#include "end_to_end/load.h"

#include <algorithm>
#include <chrono>
#include <random>
#include <stdexcept>
#include <utility>

namespace frontrow::test {
namespace {

/// Half of the requests choose among these seats, so that buyers collide.
constexpr std::size_t kBestSeats = 60;
/// A refused buyer waits this long before the next request.
constexpr std::chrono::milliseconds kBreath{10};

}  // namespace

/// The requests of one buyer.
class Load::Shopping {
public:
    Shopping(Load& load, Buyer& buyer, std::size_t server, std::uint64_t seed)
        : load_{load}, buyer_{buyer}, server_{server}, random_{seed} {
        connect();
    }

    void run() {
        while (!load_.stopping_) {
            if (!client_->is_open() && !load_.options_.comes_back) return;
            if (!client_->is_open() || std::exchange(is_turned_away_, false)) {
                std::this_thread::sleep_for(kBreath);
                ++server_;
                connect();
                continue;
            }
            const auto open = some_open_booking();
            if (open && random_() % 5 >= 2) {
                change(*open);
            } else {
                reserve();
            }
        }
    }

private:
    void connect() {
        const auto& ports = load_.options_.ports;
        client_.emplace(ports[server_ % ports.size()]);
    }

    void reserve() {
        Doubt doubt{.step = Step::reserve, .seats = some_seats()};
        doubt.key = buyer_.name + "-" + std::to_string(buyer_.bookings.size()) + "-" +
                    std::to_string(random_());
        boost::json::object body{
            {"event_id", load_.hall_.event}, {"seat_ids", boost::json::value_from(doubt.seats)}
        };
        // A second is short enough for the hold to expire during a restart.
        if (random_() % 5 == 0) body["hold_seconds"] = 1;
        doubt.request = boost::json::serialize(body);
        const auto answer = client_->send({
            .method = "POST",
            .target = "/api/v1/reservations",
            .headers = {{"X-User-ID", buyer_.name}, {"Idempotency-Key", doubt.key}},
            .body = doubt.request,
        });
        if (is_doubtful(answer)) {
            buyer_.doubts.push_back(std::move(doubt));
        } else if (answer->status == 201) {
            const auto told = answer->json();
            buyer_.bookings.push_back({
                .id = test::text_of(told, "id"),
                .key = doubt.key,
                .seats = doubt.seats,
                .request = doubt.request,
                .answer = answer->body,
                .status = test::text_of(told, "status"),
                .expires_at = test::text_of(told, "expires_at"),
                .confirmed_at = {},
            });
            load_.answered(*answer, buyer_.bookings.back().status != "pending");
        } else {
            const bool is_known = answer->code() == "SEAT_UNAVAILABLE" ||
                                  answer->code() == "STORAGE_LOW" || turns_away(*answer);
            load_.answered(*answer, !is_known);
        }
    }

    void change(std::size_t index) {
        constexpr Step kSteps[] = {Step::confirm, Step::confirm, Step::cancel, Step::extend};
        constexpr std::string_view kPaths[] = {"/confirm", "/confirm", "/cancel", "/extend"};
        const auto choice = random_() % std::size(kSteps);
        const auto step = kSteps[choice];
        auto& booking = buyer_.bookings[index];
        const auto answer = client_->post(
            "/api/v1/reservations/" + booking.id + std::string{kPaths[choice]},
            step == Step::extend ? R"({"seconds":2})" : "",
            buyer_.name
        );
        if (is_doubtful(answer)) {
            buyer_.doubts.push_back(
                {.step = step, .booking = index, .key = {}, .seats = {}, .request = {}}
            );
        } else if (answer->status == 200) {
            const auto told = answer->json();
            booking.status = test::text_of(told, "status");
            booking.expires_at = test::text_of(told, "expires_at");
            booking.confirmed_at = test::text_of(told, "confirmed_at");
            constexpr std::string_view kTold[] = {"confirmed", "confirmed", "cancelled", "pending"};
            load_.answered(*answer, booking.status != kTold[choice]);
        } else {
            if (answer->code() == "HOLD_EXPIRED") booking.status = "expired";
            const bool is_known = answer->code() == "HOLD_EXPIRED" ||
                                  (answer->code() == "LIMIT_REACHED" && step == Step::extend) ||
                                  turns_away(*answer);
            load_.answered(*answer, !is_known);
        }
    }

    /// No answer, OUTCOME_UNKNOWN, or a load balancer's own answer because it got none.
    bool is_doubtful(const std::optional<Answer>& answer) {
        if (!answer || answer->status == 502 || answer->status == 504) return true;
        if (answer->code() != "OUTCOME_UNKNOWN") return false;
        load_.answered(*answer, false);
        return true;
    }

    /// Nothing was done, and this server can't serve now.
    bool turns_away(const Answer& answer) {
        is_turned_away_ = load_.options_.comes_back &&
                          (answer.code() == "NOT_READY" || answer.code() == "OVERLOADED");
        return is_turned_away_;
    }

    std::vector<std::string> some_seats() {
        const auto& all = load_.hall_.seats;
        const auto among = random_() % 2 == 0 ? std::min(kBestSeats, all.size()) : all.size();
        std::vector<std::string> seats;
        for (auto left = 1 + random_() % 3; left > 0; --left) {
            const auto& seat = all[random_() % among];
            if (std::ranges::find(seats, seat) == seats.end()) seats.push_back(seat);
        }
        return seats;
    }

    std::optional<std::size_t> some_open_booking() {
        const auto& bookings = buyer_.bookings;
        if (bookings.empty()) return std::nullopt;
        // The newest few are the likeliest to be pending.
        const auto back = random_() % std::min<std::size_t>(bookings.size(), 8);
        const auto index = bookings.size() - 1 - back;
        // A further step after an unknown one would leave too many possible outcomes.
        const bool is_doubted = std::ranges::any_of(buyer_.doubts, [&](const Doubt& doubt) {
            return doubt.step != Step::reserve && doubt.booking == index;
        });
        const bool is_open = bookings[index].status == "pending" && !is_doubted;
        return is_open ? std::optional{index} : std::nullopt;
    }

    Load& load_;
    Buyer& buyer_;
    std::size_t server_;
    std::optional<Client> client_;
    std::mt19937_64 random_;
    bool is_turned_away_ = false;
};

Load::Load(const Hall& hall, const Options& options)
    : hall_{hall}, options_{options}, buyers_(options.buyers) {
    at_work_ = options.buyers;
    std::mt19937_64 seeds{options.seed};
    for (std::size_t i = 0; i < buyers_.size(); ++i) {
        buyers_[i].name = options.name + "-" + std::to_string(i);
        threads_.emplace_back([this, i, seed = seeds()] {
            Shopping{*this, buyers_[i], i, seed}.run();
            const std::lock_guard lock{mutex_};
            --at_work_;
            moved_.notify_all();
        });
    }
}

Load::~Load() {
    stop();
}

void Load::answered(const Answer& answer, bool is_surprise) {
    ++answers_;
    if (answer.code() == "OUTCOME_UNKNOWN") ++unknown_outcomes_;
    if (answer.code() == "STORAGE_LOW") ++storage_refusals_;
    const bool lacks_retry_after = answer.status == 503 && answer.header("retry-after").empty();
    const std::lock_guard lock{mutex_};
    if (is_surprise || lacks_retry_after)
        surprises_.push_back(std::to_string(answer.status) + " " + answer.body);
    moved_.notify_all();
}

void Load::wait_for_answers(std::size_t count) {
    std::unique_lock lock{mutex_};
    if (!moved_.wait_for(lock, kPatience, [&] { return answers_ >= count || at_work_ == 0; }) ||
        answers_ < count)
        throw std::runtime_error("the server doesn't answer the crowd");
}

void Load::wait_for_end() {
    {
        std::unique_lock lock{mutex_};
        if (!moved_.wait_for(lock, kPatience, [&] { return at_work_ == 0; }))
            throw std::runtime_error("the server goes on answering");
    }
    join();
}

void Load::stop() {
    stopping_ = true;
    join();
}

void Load::join() {
    for (auto& thread : threads_)
        thread.join();
    threads_.clear();
}

}  // namespace frontrow::test
