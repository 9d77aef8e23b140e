#include "base/check.h"
#include "domain/audit.h"
#include "domain/audit_comparison.h"
#include "domain/decide.h"
#include "domain/evolve.h"
#include "domain/inventory.h"
#include "domain/reads.h"
#include "io/random.h"
#include "payments/saga.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

// Every way in which a provider can behave, with a crash at every point of the saga, in every form
// of crash, in virtual time. Each cell of this table must end as the same behaviour ends without a
// crash: the order, the seats, and the money that the provider has.

namespace frontrow::payments {
namespace {

using namespace std::chrono_literals;
using domain::Inventory;
using domain::OrderStatus;

/// How the provider behaves towards the first payment.
enum class Behaviour : std::uint8_t {
    succeeds,
    declines,
    /// Takes the money, but the first answer is lost.
    loses_answer,
    /// Is pending, and succeeds before the hold ends.
    succeeds_later,
    /// Is pending, and succeeds after the hold has ended; nobody else wants the seats.
    succeeds_too_late,
    /// The same, but somebody else has bought the seats by then.
    succeeds_when_sold,
    /// Says first that it took another amount.
    names_other_amount,
    /// Says by a notice of its own that it succeeded, before it answers.
    notice_before_answer,
    /// Says it again by a notice, after it has answered; twice.
    notices_after_answer,
    /// Declines, and says by a notice afterwards that it succeeded.
    succeeds_after_decline,
    /// Never answers, and has never heard of anything.
    never_answers,
    /// Succeeds when the seats are sold, and says first that it can't repay, although it has.
    repays_after_all,
    /// The same, but it repays, and the money comes back a minute later.
    gets_repayment_back,
};
constexpr std::size_t kBehaviours = 13;

/// Where the crash happens.
enum class Point : std::uint8_t {
    nowhere,
    /// The intent is durable; nobody was asked.
    after_intent,
    /// The provider has acted; its answer never arrives.
    after_asking,
    /// The answer has arrived; it isn't a fact.
    after_answer,
    /// It is a fact; the saga doesn't know that.
    after_result,
    /// The refund is a fact; nobody was asked to repay.
    after_refund_intent,
    /// The provider has repaid; its answer never arrives.
    after_repaying,
    /// The answer has arrived; it isn't a fact.
    after_repaid,
};
constexpr std::size_t kPoints = 8;

enum class Crash : std::uint8_t {
    /// What was under way is lost, and a new runner starts.
    kill,
    /// A new runner starts, and the old one finishes what it had begun, later.
    change,
    /// Two runners from the beginning, and one of them is killed.
    two_runners,
};
constexpr std::size_t kCrashes = 3;

const Instant kStart{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};
constexpr auto kHold = 10min;
constexpr auto kProvider = "model";

/// Somebody else buys the seats once the hold has ended.
bool sells_to_another(Behaviour behaviour) {
    return behaviour == Behaviour::succeeds_when_sold || behaviour == Behaviour::repays_after_all ||
           behaviour == Behaviour::gets_repayment_back;
}

/// Whoever takes the money. It outlives every runner, and remembers each key.
class ModelProvider {
public:
    explicit ModelProvider(Behaviour behaviour) : behaviour_{behaviour} {}

    /// What it says, or nothing if the answer is lost. `is_first`: nobody has asked before.
    std::optional<Verdict> ask(const Charge& charge, bool abandons, Instant now) {
        if (behaviour_ == Behaviour::never_answers) return std::nullopt;
        const bool is_first = ++asked_[charge.payment] == 1;
        auto verdict = stand(charge, abandons, now);
        if (behaviour_ == Behaviour::loses_answer && is_first) return std::nullopt;
        if (behaviour_ == Behaviour::names_other_amount && is_first) ++verdict.amount;
        return verdict;
    }
    domain::NoteRefund repay(const Repayment& repayment, Instant now) {
        const domain::NoteRefund done{
            .refund = repayment.refund, .provider = kProvider, .is_done = true, .reference = "re"
        };
        repaid_[repayment.refund] = repayment.amount;
        auto answer = done;
        answer.is_answer = true;
        if (behaviour_ == Behaviour::repays_after_all) {
            if (!std::exchange(was_noticed_, true)) notices_.push_back(done);
            answer.is_done = false;
            answer.code = "account_closed";
        }
        if (!comes_back_at_) comes_back_at_ = now + 1min;
        return answer;
    }
    /// What it has sent by itself by now.
    std::vector<domain::Command> take_notices(Instant now) {
        const bool comes_back = behaviour_ == Behaviour::gets_repayment_back && comes_back_at_ &&
                                now >= *comes_back_at_ && !std::exchange(was_noticed_, true);
        if (comes_back) {
            const auto refund = repaid_.begin()->first;
            notices_.push_back(domain::NoteRefund{.refund = refund, .provider = kProvider});
            repaid_.clear();
        }
        return std::exchange(notices_, {});
    }
    Amount money() const {
        Amount sum = 0;
        for (const auto& [payment, amount] : taken_)
            sum += amount;
        for (const auto& [refund, amount] : repaid_)
            sum -= amount;
        return sum;
    }

private:
    Verdict stand(const Charge& charge, bool abandons, Instant now) {
        Verdict verdict{.payment = charge.payment, .provider = kProvider, .reference = "pi"};
        const auto decline = [&] {
            verdict.news = domain::PaymentNews::declined;
            verdict.code = "card_declined";
            return verdict;
        };
        const auto late_at = charge.until + 1min;
        switch (behaviour_) {
            case Behaviour::declines:
                return decline();
            case Behaviour::succeeds_after_decline:
                if (!was_noticed_) notices_.push_back(take(charge, verdict));
                was_noticed_ = true;
                return decline();
            case Behaviour::succeeds_later:
                if (!abandons && now < charge.started_at + 1min) return verdict;
                return take(charge, verdict);
            case Behaviour::succeeds_too_late:
            case Behaviour::succeeds_when_sold:
            case Behaviour::repays_after_all:
            case Behaviour::gets_repayment_back:
                // The bank is slow: nothing can be called off any more.
                return now < late_at ? verdict : take(charge, verdict);
            case Behaviour::notice_before_answer:
            case Behaviour::notices_after_answer: {
                auto taken = take(charge, verdict);
                if (!std::exchange(was_noticed_, true)) notices_ = {taken, taken};
                return taken;
            }
            case Behaviour::succeeds:
            case Behaviour::loses_answer:
            case Behaviour::names_other_amount:
            case Behaviour::never_answers:
                return take(charge, verdict);
        }
    }
    Verdict take(const Charge& charge, Verdict verdict) {
        taken_[charge.payment] = charge.amount;
        verdict.news = domain::PaymentNews::succeeded;
        verdict.amount = charge.amount;
        verdict.currency = charge.currency;
        return verdict;
    }

    Behaviour behaviour_;
    std::map<PaymentId, int> asked_;
    std::map<PaymentId, Amount> taken_;
    std::map<RefundId, Amount> repaid_;
    std::vector<domain::Command> notices_;
    std::optional<Instant> comes_back_at_;
    bool was_noticed_ = false;
};

struct SteadyRandom final : io::Random {
    Bits128 next() override { return {0, 0}; }
};

/// How a cell has ended.
struct Ending {
    OrderStatus order{};
    domain::ReservationStatus reservation{};
    domain::SeatStatus seat{};
    Amount money = 0;
    Amount captured = 0;
    Amount refunded = 0;

    friend bool operator==(const Ending&, const Ending&) = default;
    friend std::ostream& operator<<(std::ostream& out, const Ending& end) {
        return out << "order " << name_of(end.order) << ", reservation "
                   << static_cast<int>(end.reservation) << ", seat " << static_cast<int>(end.seat)
                   << ", the provider has " << end.money << ", captured " << end.captured
                   << ", refunded " << end.refunded;
    }
};

/// A journal, the state that its facts make, and runners.
class World {
public:
    World(Behaviour behaviour, Point point, Crash crash)
        : behaviour_{behaviour}, point_{point}, crash_{crash}, provider_{behaviour} {
        start_runner();
        if (crash == Crash::two_runners) start_runner();
        open_sale();
    }

    Ending run() {
        ask_to_pay();
        reach(Point::after_intent, 0);
        const auto end = now_ + 3h;
        while (now_ < end) {
            for (std::size_t i = 0; i < runners_.size(); ++i)
                if (runners_[i]) work(i);
            for (auto& notice : provider_.take_notices(now_))
                act(std::move(notice));
            if (sells_to_another(behaviour_)) buy_for_another();
            finish_old();
            now_ += 5s;
        }
        finish_old();
        act(domain::ExpireHolds{.at_most = 10});
        return ending();
    }
    /// Whether the crash has happened.
    bool has_crashed() const { return has_crashed_; }

private:
    struct Runner {
        explicit Runner(io::Random& random) : saga{{}, random} {}
        Saga saga;
    };
    /// What a runner that was replaced does when it goes on.
    struct Left {
        Instant at;
        domain::Command command;
    };

    void start_runner() { runners_.push_back(std::make_unique<Runner>(random_)); }

    void open_sale() {
        domain::EventSpec spec;
        spec.name = "First night";
        spec.start_at = kStart + 240h;
        spec.end_at = spec.start_at + 3h;
        spec.total_seats = 1;
        spec.hold = kHold;
        spec.payment = domain::PaymentRule::required;
        act(domain::CreateEvent{.event = event_, .by = owner_, .spec = spec});
        auto block = std::make_shared<domain::SeatBlock>();
        block->first_id = seat_;
        block->seats.push_back({.number = "1", .section = {}, .row = {}, .price = 5'000});
        act(domain::AddSeats{.event = event_, .by = owner_, .block = std::move(block)});
        act(reserve(reservation_, "ann", 1));
        act(domain::PlaceOrder{
            .order = order_, .reservation = reservation_, .user = "ann", .request = mark(2)
        });
    }
    domain::ReserveSeats reserve(ReservationId id, std::string user, std::uint64_t key) const {
        return {
            .reservation = id,
            .event = event_,
            .user = std::move(user),
            .seats = {seat_},
            .items = {},
            .hold = {},
            .request = mark(key),
        };
    }
    void ask_to_pay() {
        EXPECT_TRUE(act(domain::StartPayment{
            .payment = payment_,
            .order = order_,
            .user = "ann",
            .provider = kProvider,
            .token = "tok",
            .return_url = {},
            .request = mark(3),
        }));
    }
    void buy_for_another() {
        const auto taken = domain::read_seat(*state_, now_, seat_).value->status;
        if (taken == domain::SeatStatus::available && !has_rival_) {
            has_rival_ = true;
            EXPECT_TRUE(act(reserve(ReservationId{{9, 1}}, "bob", 9)));
        }
    }

    /// One look of a runner.
    void work(std::size_t number) {
        const auto unfinished = domain::read_unfinished(*state_, now_, 100, {}).value;
        auto& saga = runners_[number]->saga;
        const auto tasks = saga.next(unfinished, now_);
        saga.has_seen_all_payments();
        saga.has_seen_all_refunds();
        for (const auto& task : tasks) {
            if (!runners_[number]) return;
            carry_out(number, task);
        }
    }
    void carry_out(std::size_t number, const Saga::Task& task) {
        if (task.step == Saga::Step::repay) {
            if (reach(Point::after_refund_intent, number, {}, task)) return;
            const auto verdict = provider_.repay(task.repayment, now_);
            if (reach(Point::after_repaying, number, {}, task)) return;
            if (reach(Point::after_repaid, number, verdict, task)) return;
            return end(number, task, act(verdict) ? Saga::End::settled : Saga::End::unknown);
        }
        CHECK(task.step != Saga::Step::start_refund);
        auto verdict = provider_.ask(task.charge, task.step == Saga::Step::abandon, now_);
        if (behaviour_ == Behaviour::notice_before_answer)
            for (auto& notice : provider_.take_notices(now_))
                act(std::move(notice));
        if (reach(Point::after_asking, number, {}, task)) return;
        if (!verdict) return end(number, task, Saga::End::unknown);
        if (reach(Point::after_answer, number, *verdict, task)) return;
        const bool is_pending = verdict->news == domain::PaymentNews::pending;
        const bool is_noted = act(*verdict);
        if (reach(Point::after_result, number, {}, task)) return;
        end(number,
            task,
            !is_noted    ? Saga::End::unknown
            : is_pending ? Saga::End::pending
                         : Saga::End::settled);
    }
    void end(std::size_t number, const Saga::Task& task, Saga::End how) {
        runners_[number]->saga.ended(task, how, now_);
    }

    /// Crashes if this is the point; returns whether it did. `left`: what the runner was about to
    /// do, which it does later if it was only replaced.
    bool reach(
        Point point,
        std::size_t number,
        std::optional<domain::Command> left = {},
        const Saga::Task& = {}
    ) {
        if (point != point_ || has_crashed_) return false;
        has_crashed_ = true;
        if (crash_ == Crash::change && left) old_.push_back({now_ + 20s, std::move(*left)});
        runners_[number].reset();
        // With two runners the other one goes on alone.
        if (crash_ != Crash::two_runners) runners_[number] = std::make_unique<Runner>(random_);
        restart();
        return true;
    }
    void finish_old() {
        while (!old_.empty() && old_.front().at <= now_) {
            act(std::move(old_.front().command));
            old_.pop_front();
        }
    }

    /// The state is rebuilt from the facts, as after a crash.
    void restart() {
        state_ = std::make_unique<Inventory>();
        for (const auto& fact : facts_)
            evolve(*state_, fact);
        state_->verify();
    }
    bool act(const domain::Command& command) {
        auto decision = domain::decide_and_raise(*state_, command, now_);
        for (auto& fact : decision.facts) {
            facts_.push_back({
                .seq = state_->last_seq() + 1,
                .at = now_,
                .trace = {},
                .event = fact.event,
                .body = std::move(fact.body),
            });
            evolve(*state_, facts_.back());
            audit_.observe(facts_.back());
        }
        state_->verify();
        EXPECT_THAT(audit_.violations(), testing::IsEmpty());
        return decision.outcome.has_value();
    }

    Ending ending() {
        const auto order = domain::read_order(*state_, now_, order_, "ann").value.value();
        const auto reservation =
            domain::read_reservation(*state_, now_, reservation_, "ann").value.value();
        EXPECT_THAT(domain::compare(audit_, *state_), testing::IsEmpty());
        return {
            .order = order.status,
            .reservation = reservation.status,
            .seat = domain::read_seat(*state_, now_, seat_).value->status,
            .money = provider_.money(),
            .captured = domain::captured(order.order),
            .refunded = domain::refunded(order.order),
        };
    }
    static domain::RequestMark mark(std::uint64_t number) {
        return {.key = {8, number}, .content = {8, number}};
    }

    Behaviour behaviour_;
    Point point_;
    Crash crash_;
    ModelProvider provider_;
    SteadyRandom random_;
    Instant now_ = kStart;
    std::unique_ptr<Inventory> state_ = std::make_unique<Inventory>();
    domain::Audit audit_;
    std::vector<domain::Fact> facts_;
    std::vector<std::unique_ptr<Runner>> runners_;
    std::deque<Left> old_;
    bool has_crashed_ = false;
    bool has_rival_ = false;

    domain::Organizer owner_{.sub = "house", .is_admin = false};
    EventId event_{{1, 1}};
    SeatId seat_{{2, 1}};
    ReservationId reservation_{{3, 1}};
    OrderId order_{{4, 1}};
    PaymentId payment_{{5, 1}};
};

/// How each behaviour ends without a crash.
Ending expected(Behaviour behaviour) {
    using enum domain::ReservationStatus;
    using domain::SeatStatus;
    constexpr Amount kPrice = 5'000;
    const Ending sold{OrderStatus::paid, confirmed, SeatStatus::confirmed, kPrice, kPrice, 0};
    switch (behaviour) {
        case Behaviour::succeeds:
        case Behaviour::loses_answer:
        case Behaviour::succeeds_later:
        case Behaviour::succeeds_too_late:
        case Behaviour::names_other_amount:
        case Behaviour::notice_before_answer:
        case Behaviour::notices_after_answer:
        case Behaviour::succeeds_after_decline:
            return sold;
        case Behaviour::declines:
            return {OrderStatus::cancelled, expired, SeatStatus::available, 0, 0, 0};
        case Behaviour::succeeds_when_sold:
        case Behaviour::repays_after_all:
            return {OrderStatus::refunded, expired, SeatStatus::available, 0, kPrice, kPrice};
        case Behaviour::gets_repayment_back:
            return {OrderStatus::refunding, expired, SeatStatus::available, kPrice, kPrice, 0};
        case Behaviour::never_answers:
            return {OrderStatus::paying, expired, SeatStatus::available, 0, 0, 0};
    }
}

/// Points that a behaviour never reaches: without a refund, or without an answer.
bool is_reached(Behaviour behaviour, Point point) {
    switch (point) {
        case Point::nowhere:
            return false;
        case Point::after_intent:
        case Point::after_asking:
            return true;
        case Point::after_answer:
        case Point::after_result:
            return behaviour != Behaviour::never_answers;
        case Point::after_refund_intent:
        case Point::after_repaying:
        case Point::after_repaid:
            return sells_to_another(behaviour);
    }
}

using Cell = std::tuple<int, int, int>;

class PaymentCrash : public testing::TestWithParam<Cell> {};

TEST_P(PaymentCrash, ends_as_without_it) {
    const auto [behaviour_number, point_number, crash_number] = GetParam();
    const auto behaviour = static_cast<Behaviour>(behaviour_number);
    const auto point = static_cast<Point>(point_number);
    World world{behaviour, point, static_cast<Crash>(crash_number)};
    EXPECT_EQ(world.run(), expected(behaviour));
    EXPECT_EQ(world.has_crashed(), is_reached(behaviour, point));
}

std::string name_of_cell(const testing::TestParamInfo<Cell>& info) {
    // Switches without a default: a new enumerator without a name here doesn't compile.
    const auto behaviour = [](Behaviour one) {
        switch (one) {
            case Behaviour::succeeds:
                return "succeeds";
            case Behaviour::declines:
                return "declines";
            case Behaviour::loses_answer:
                return "loses_answer";
            case Behaviour::succeeds_later:
                return "succeeds_later";
            case Behaviour::succeeds_too_late:
                return "succeeds_too_late";
            case Behaviour::succeeds_when_sold:
                return "succeeds_when_sold";
            case Behaviour::names_other_amount:
                return "names_other_amount";
            case Behaviour::notice_before_answer:
                return "notice_before_answer";
            case Behaviour::notices_after_answer:
                return "notices_after_answer";
            case Behaviour::succeeds_after_decline:
                return "succeeds_after_decline";
            case Behaviour::never_answers:
                return "never_answers";
            case Behaviour::repays_after_all:
                return "repays_after_all";
            case Behaviour::gets_repayment_back:
                return "gets_repayment_back";
        }
    };
    const auto point = [](Point one) {
        switch (one) {
            case Point::nowhere:
                return "nowhere";
            case Point::after_intent:
                return "after_intent";
            case Point::after_asking:
                return "after_asking";
            case Point::after_answer:
                return "after_answer";
            case Point::after_result:
                return "after_result";
            case Point::after_refund_intent:
                return "after_refund_intent";
            case Point::after_repaying:
                return "after_repaying";
            case Point::after_repaid:
                return "after_repaid";
        }
    };
    const auto crash = [](Crash one) {
        switch (one) {
            case Crash::kill:
                return "kill";
            case Crash::change:
                return "change_of_runner";
            case Crash::two_runners:
                return "two_runners";
        }
    };
    const auto [a, b, c] = info.param;
    return std::string{behaviour(static_cast<Behaviour>(a))} + "__" + point(static_cast<Point>(b)) +
           "__" + crash(static_cast<Crash>(c));
}

INSTANTIATE_TEST_SUITE_P(
    Cells,
    PaymentCrash,
    testing::Combine(
        testing::Range(0, static_cast<int>(kBehaviours)),
        testing::Range(0, static_cast<int>(kPoints)),
        testing::Range(0, static_cast<int>(kCrashes))
    ),
    name_of_cell
);

}  // namespace
}  // namespace frontrow::payments
