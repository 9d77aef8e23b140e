#include "end_to_end/order_load.h"

#include <chrono>
#include <iterator>
#include <optional>
#include <random>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace frontrow::test {
namespace {

namespace json = boost::json;

/// A buyer without a connection waits this long before the next try.
constexpr std::chrono::milliseconds kPause{10};
/// Tries to pay for one order; one less than the server allows, so that two at once fit in.
constexpr std::size_t kTries = 4;

/// A way to pay.
struct Means {
    /// How many of a hundred payments are made like this.
    std::uint64_t percent;
    std::string_view body;
    /// The simulator declines it whatever its seed.
    bool is_hopeless = false;
};
constexpr Means kMeans[] = {
    {58, R"({"token":"tok_ok"})"},
    {16, R"({"token":"tok_decline"})", true},
    {5, R"({"token":"tok_stolen"})", true},
    {10, R"({"token":"tok_timeout"})"},
    {8, R"({"return_url":"https://tickets.example/thanks"})"},
    {3, R"({"token":"tok_late"})"},
};

json::array standing(std::size_t units) {
    return json::array{{{"category", "Standing"}, {"quantity", units}}};
}

/// Why nobody was asked for money: the codes.
constexpr std::initializer_list<std::string_view> kNotPaid{
    "PAYMENT_IN_PROGRESS",
    "ORDER_PAID",
    "ORDER_CLOSED",
    "HOLD_EXPIRED"
};

/// Whether the request may or may not have been carried out, or can't be now.
bool is_to_be_repeated(const std::optional<Answer>& answer) {
    return !answer || answer->status == 503 || answer->code() == "OUTCOME_UNKNOWN";
}

/// What the order sells.
void read_lines(const json::value& order, Purchase& purchase) {
    purchase.seats.clear();
    purchase.units = 0;
    for (const auto& line : order.at("lines").as_array()) {
        if (text_of(line, "kind") == "seat")
            purchase.seats.push_back(text_of(line, "seat_id"));
        else
            purchase.units += line.at("quantity").to_number<std::size_t>();
    }
    purchase.amount = order.at("amount").to_number<std::int64_t>();
}

GivenBack given_back(const json::value& refund, bool returns_to_sale) {
    GivenBack back{
        .id = text_of(refund, "id"),
        .amount = refund.at("amount").to_number<std::int64_t>(),
        .seats = {},
        .returns_to_sale = returns_to_sale,
    };
    const auto& fields = refund.as_object();
    if (const auto* seats = fields.if_contains("seat_ids"))
        back.seats = json::value_to<std::vector<std::string>>(*seats);
    if (const auto* items = fields.if_contains("items"))
        for (const auto& item : items->as_array())
            back.units += item.at("quantity").to_number<std::size_t>();
    return back;
}

}  // namespace

Request with_key(Request request, const std::string& user, const std::string& key) {
    if (!user.empty()) request.headers.emplace_back("X-User-ID", user);
    request.headers.emplace_back("Idempotency-Key", key);
    return request;
}

Hall make_order_hall(Client& client, std::size_t seats, std::size_t standing) {
    auto hall = make_hall(client, seats, {{"payment", "required"}});
    const json::object room{
        {"name", "Standing"}, {"price", kStandingPrice}, {"total_stock", standing}
    };
    const auto made =
        client.post("/api/v1/events/" + hall.event + "/ticket-categories", json::serialize(room));
    if (!made || made->status != 201) throw std::runtime_error("can't add standing room");
    return hall;
}

std::vector<std::string> order_environment(std::uint64_t seed) {
    return {
        "FRONTROW_SIMULATOR_DECLINE_RATE=0.15",
        "FRONTROW_SIMULATOR_TIMEOUT_RATE=0.05",
        "FRONTROW_SIMULATOR_SEED=" + std::to_string(seed),
    };
}

/// One buyer, or one sale at the box office.
class OrderLoad::Shopper {
public:
    Shopper(OrderLoad& load, std::size_t number)
        : load_{load}, name_{"buyer-" + std::to_string(number)}, server_{number} {
        std::seed_seq seeds{load.options_.seed, std::uint64_t{number}};
        random_.seed(seeds);
        hall_ = random_() % load.halls_.size();
    }

    void shop() {
        if (happens(5)) return sell_at_box_office();
        if (!reserve()) return;
        if (happens(10)) change();
        if (happens(5)) return leave();
        if (!order()) return;
        for (std::size_t tries = 0; tries < kTries; ++tries) {
            if (happens(8) && change() && !order()) return;
            if (happens(8)) return leave();
            pay();
            if (now().is_paid()) return give_back();
            if (now().count(Outcome::open) + now().count(Outcome::refused) > 0) return;
        }
    }

    std::vector<Purchase>& purchases() { return purchases_; }
    std::vector<std::string>& surprises() { return surprises_; }

private:
    bool happens(std::uint64_t percent) { return random_() % 100 < percent; }
    Purchase& now() { return purchases_.back(); }
    std::string event_path() const { return "/api/v1/events/" + load_.halls_[hall_].event; }
    std::string order_path() { return "/api/v1/orders/" + now().order; }
    std::string new_key() { return name_ + "-" + std::to_string(++keys_); }

    bool connect() {
        if (client_ && client_->is_open()) return true;
        if (client_) std::this_thread::sleep_for(kPause);
        client_.emplace(load_.ports_[server_++ % load_.ports_.size()]);
        return client_->is_open();
    }

    /// Repeats the request until it has an answer.
    Answer ask(const Request& request) {
        const auto end = std::chrono::steady_clock::now() + kPatience;
        while (std::chrono::steady_clock::now() < end && !load_.is_stopping_) {
            if (!connect()) continue;
            auto answer = client_->send(request);
            if (!is_to_be_repeated(answer)) return *std::move(answer);
            if (answer) client_->close();
        }
        surprises_.push_back("no answer to " + request.target);
        return {};
    }
    Answer post(const std::string& target, const json::object& body) {
        Request request{.method = "POST", .target = target, .body = json::serialize(body)};
        return ask(with_key(std::move(request), name_, new_key()));
    }
    Answer post_as_organizer(const std::string& target, const json::object& body) {
        Request request{.method = "POST", .target = target, .body = json::serialize(body)};
        return ask(with_key(std::move(request), {}, new_key()));
    }

    /// Whether the answer has the status. If it has another one, its code must be one of those.
    bool is(const Answer& answer, unsigned status, std::initializer_list<std::string_view> codes) {
        if (answer.status == status) return true;
        if (std::ranges::find(codes, answer.code()) == codes.end())
            surprises_.push_back(name_ + ": " + std::to_string(answer.status) + " " + answer.body);
        return false;
    }

    /// Some seats, units, or both.
    json::object some_claim() {
        const auto& all = load_.halls_[hall_].seats;
        json::object claim;
        const auto way = random_() % 4;
        const auto number = 1 + random_() % 2;
        if (way == 0) claim["seat_ids"] = json::array{json::string{all[random_() % all.size()]}};
        if (way == 1) claim["best_available"] = json::object{{"quantity", number}};
        if (way >= 2) claim["items"] = standing(number);
        if (way == 3) claim["seat_ids"] = json::array{json::string{all[random_() % all.size()]}};
        return claim;
    }

    bool reserve() {
        auto body = some_claim();
        body["event_id"] = load_.halls_[hall_].event;
        if (happens(10)) body["hold_seconds"] = 1;
        const auto answer = post("/api/v1/reservations", body);
        if (!is(answer, 201, {"SEAT_UNAVAILABLE", "SOLD_OUT", "NOT_TOGETHER"})) return false;
        purchases_.push_back({
            .user = name_,
            .hall = hall_,
            .reservation = text_of(answer.json(), "id"),
            .order = {},
            .seats = {},
            .attempts = {},
            .refunds = {},
        });
        return true;
    }

    /// Adds a unit to the reservation. An order for it closes. Returns whether another one may be
    /// placed.
    bool change() {
        const json::object body{{"add", {{"items", standing(1)}}}};
        const auto answer = ask(with_key(
            {.method = "PATCH",
             .target = "/api/v1/reservations/" + now().reservation,
             .body = json::serialize(body)},
            name_,
            new_key()
        ));
        return is(answer, 200, {"SOLD_OUT", "HOLD_EXPIRED", "TOO_MANY_SEATS"});
    }

    bool order() {
        const auto answer = post("/api/v1/orders", {{"reservation_id", now().reservation}});
        if (!is(answer, 201, {"HOLD_EXPIRED"})) return false;
        if (!now().order.empty()) {
            auto next = now();
            next.attempts.clear();
            purchases_.push_back(std::move(next));
        }
        const auto order = answer.json();
        now().order = text_of(order, "id");
        read_lines(order, now());
        const auto seats = static_cast<std::int64_t>(now().seats.size());
        const auto units = static_cast<std::int64_t>(now().units);
        if (now().amount != kSeatPrice * seats + kStandingPrice * units)
            surprises_.push_back("a wrong price: " + answer.body);
        return true;
    }

    /// Cancels the reservation, or lets its hold run out.
    void leave() {
        if (happens(50)) return;
        const auto answer = post("/api/v1/reservations/" + now().reservation + "/cancel", {});
        is(answer, 200, {"HOLD_EXPIRED"});
    }

    void new_attempt() {
        auto drawn = random_() % 100;
        const auto* means = std::begin(kMeans);
        for (; drawn >= means->percent; ++means)
            drawn -= means->percent;
        now().attempts.push_back({
            .key = new_key(),
            .body = std::string{means->body},
            .is_hopeless = means->is_hopeless,
        });
    }

    Request request_of(const Attempt& attempt) {
        return with_key(
            {.method = "POST", .target = order_path() + "/payments", .body = attempt.body},
            name_,
            attempt.key
        );
    }

    void pay() {
        const auto first = now().attempts.size();
        new_attempt();
        const auto way = random_() % 6;
        if (way > 1) return note(first, ask(request_of(now().attempts[first])));
        // Twice at once: the same, or under another key.
        auto second = first;
        if (way == 1) {
            new_attempt();
            ++second;
        }
        const auto [one, other] =
            ask_at_once(request_of(now().attempts[first]), request_of(now().attempts[second]));
        note(first, one);
        const auto before = now().attempts[first].outcome;
        note(second, other);
        const auto after = now().attempts[first].outcome;
        if (before != after && before != Outcome::open && first == second)
            surprises_.push_back("one key, two results: " + one.body + " and " + other.body);
        if (now().count(Outcome::paid) > 1) surprises_.push_back("charged twice: " + now().order);
    }

    /// Sends both before it reads an answer, if possible to two servers.
    std::pair<Answer, Answer> ask_at_once(const Request& one, const Request& other) {
        Client second{load_.ports_[server_ % load_.ports_.size()]};
        if (!connect() || !client_->write(Client::text_of(one))) return {ask(one), ask(other)};
        second.write(Client::text_of(other));
        auto first_answer = client_->read();
        auto second_answer = second.read();
        if (is_to_be_repeated(first_answer)) first_answer = ask(one);
        if (is_to_be_repeated(second_answer)) second_answer = ask(other);
        return {*std::move(first_answer), *std::move(second_answer)};
    }

    void note(std::size_t number, const Answer& answer) {
        auto& attempt = now().attempts[number];
        if (answer.status == 202) return;
        if (answer.status == 402) {
            attempt.outcome = Outcome::declined;
        } else if (is(answer, 200, kNotPaid)) {
            attempt.outcome = Outcome::paid;
            if (attempt.is_hopeless) surprises_.push_back("paid by " + attempt.body);
        } else {
            attempt.outcome = Outcome::refused;
        }
    }

    /// Some buyers get some of the money back, and some of these the rest.
    void give_back() {
        if (!happens(20)) return;
        json::object body;
        if (happens(50) && !now().seats.empty())
            body["seat_ids"] = json::array{json::string{now().seats.front()}};
        else if (happens(50) && now().units > 0)
            body["items"] = standing(1);
        refund(std::move(body));
        if (happens(30)) refund({});
    }

    void refund(json::object body) {
        const bool returns_to_sale = happens(50);
        if (returns_to_sale) body["return_to_sale"] = true;
        const auto answer = post_as_organizer(order_path() + "/refund", body);
        if (answer.status != 202 && !is(answer, 200, {"ALREADY_REFUNDED"})) return;
        auto& known = now().refunds;
        for (const auto& refund : answer.json().at("refunds").as_array())
            if (std::ranges::find(known, text_of(refund, "id"), &GivenBack::id) == known.end())
                known.push_back(given_back(refund, returns_to_sale));
    }

    void sell_at_box_office() {
        constexpr std::string_view kMethods[] = {"cash", "terminal", "invoice", "free"};
        auto body = some_claim();
        body["method"] = kMethods[random_() % std::size(kMethods)];
        const auto answer = post_as_organizer(event_path() + "/orders", body);
        if (!is(answer, 201, {"SEAT_UNAVAILABLE", "SOLD_OUT", "NOT_TOGETHER"})) return;
        const auto sold = answer.json();
        purchases_.push_back({
            .user = {},
            .hall = hall_,
            .reservation = text_of(sold, "reservation_id"),
            .order = text_of(sold, "id"),
            .seats = {},
            .attempts = {},
            .refunds = {},
        });
        read_lines(sold, now());
        give_back();
    }

    OrderLoad& load_;
    const std::string name_;
    std::size_t server_;
    std::mt19937_64 random_;
    std::size_t hall_ = 0;
    std::size_t keys_ = 0;
    std::optional<Client> client_;
    std::vector<Purchase> purchases_;
    std::vector<std::string> surprises_;
};

OrderLoad::OrderLoad(const std::vector<Hall>& halls, const Options& options)
    : halls_{halls}, options_{options}, ports_(options.ports.size()) {
    for (std::size_t i = 0; i < ports_.size(); ++i)
        ports_[i] = options.ports[i];
    for (std::size_t i = 0; i < options.at_once; ++i)
        threads_.emplace_back([this] { work(); });
}

OrderLoad::~OrderLoad() {
    is_stopping_ = true;
    finish();
}

void OrderLoad::work() {
    for (auto number = next_++; number < options_.buyers && !is_stopping_; number = next_++) {
        Shopper shopper{*this, number};
        shopper.shop();
        const std::lock_guard lock{mutex_};
        std::ranges::move(shopper.purchases(), std::back_inserter(purchases_));
        std::ranges::move(shopper.surprises(), std::back_inserter(surprises_));
        ++done_;
        moved_.notify_all();
    }
}

void OrderLoad::wait_for_buyers(std::size_t count) {
    std::unique_lock lock{mutex_};
    while (done_ < count) {
        const auto before = done_;
        if (!moved_.wait_for(lock, kPatience, [&] { return done_ > before; }))
            throw std::runtime_error("the buyers don't come to an end");
    }
}

void OrderLoad::finish() {
    for (auto& thread : threads_)
        thread.join();
    threads_.clear();
}

}  // namespace frontrow::test
