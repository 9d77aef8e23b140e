#pragma once

#include "bench/answer_reader.h"
#include "bench/complaints.h"
#include "bench/target.h"
#include "bench/told_order.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace frontrow::bench {

/// How the buyer of a reservation goes on. Of ten buyers, six pay; each of the other four does
/// something else.
enum class Course : std::uint8_t {
    pays,
    /// The first card is declined, the second isn't.
    pays_again,
    /// The card is declined, and the buyer leaves.
    gives_up,
    /// Pays, and gets the money back. The seat stays sold.
    is_refunded,
    /// Pays, and gets the money back. The seat is on sale again.
    returns,
};
Course course_of(std::uint64_t number);

/// The way of one buyer from a reservation to a paid order, and perhaps to a refund: says what to
/// send, and checks each answer against the contract. Does no I/O.
class Checkout {
public:
    /// `run` makes the keys differ from those of other runs. `number` is that of the buyer's
    /// reservation, and `reservation` the body of its answer. The target outlives the checkout.
    Checkout(
        const Target& target,
        std::string_view run,
        std::uint64_t number,
        std::string_view reservation
    );

    /// The next request. Nothing if the buyer is done.
    std::optional<std::string> next() const;
    /// Takes the answer to it.
    void note(const Answer& answer, Complaints& to);

    /// The order as the buyer knows it. Nothing if none was placed.
    const std::optional<ToldOrder>& order() const { return order_; }
    /// Whether the order was paid, even if its money went back later.
    bool was_paid() const { return was_paid_; }
    /// Whether the order's seat is on sale again.
    bool has_returned() const;

private:
    enum class Step : std::uint8_t { order, first_payment, second_payment, refund, done };

    bool will_be_declined() const;
    std::string post(const std::string& path, const std::string& body, bool is_buyer) const;
    bool is_as_expected(const Answer& answer) const;
    Step after_this() const;

    const Target& target_;
    std::string run_;
    std::uint64_t number_;
    Course course_;
    std::string reservation_;
    Step step_ = Step::order;
    /// The server has accepted the request, and doesn't know its result.
    bool is_pending_ = false;
    bool was_paid_ = false;
    std::optional<ToldOrder> order_;
};

}  // namespace frontrow::bench
