#include "bench/request_writer.h"

#include "bench/presale.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace frontrow::bench {
namespace {

constexpr std::size_t kDigits = 12;
constexpr std::string_view kSeatSeparator = "\",\"";
constexpr std::string_view kBuyerPrefix = "buyer-";
constexpr std::string_view kCodeField = R"(,"access_code":")";

void write_digits(char* to, std::uint64_t number) {
    for (auto i = kDigits; i-- > 0; number /= 10)
        to[i] = static_cast<char>('0' + number % 10);
}

}  // namespace

std::string request_head(std::string_view method, const std::string& path, const Target& target) {
    std::string text = std::string{method} + " " + target.base_path + path +
                       " HTTP/1.1\r\nHost: " + target.authority() + "\r\n";
    if (!target.token.empty()) text += "Authorization: Bearer " + target.token + "\r\n";
    return text;
}

std::string buyer_text(std::uint64_t buyer) {
    auto text = std::string{kBuyerPrefix} + std::string(kDigits, '0');
    write_digits(text.data() + kBuyerPrefix.size(), buyer + 1);
    return text;
}

RequestWriter::RequestWriter(
    const Target& target,
    const Plan& plan,
    const Venue& venue,
    std::string_view run
)
    : venue_{venue} {
    const std::string digits(kDigits, '0');
    const auto body = body_of(plan);
    reserve_ = request_head("POST", "/api/v1/reservations", target);
    if (target.token.empty()) {
        reserve_ += "X-User-ID: " + std::string{kBuyerPrefix};
        buyer_at_ = reserve_.size();
        reserve_ += digits + "\r\n";
    }
    reserve_ += "Idempotency-Key: bench-" + std::string{run} + "-";
    key_at_ = reserve_.size();
    reserve_ += digits + "\r\nContent-Type: application/json\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n";
    for (auto* place : {&seats_at_, &quantity_at_, &code_at_})
        *place += *place > 0 ? reserve_.size() : 0;
    reserve_ += body;

    const auto event = "/api/v1/events/" + venue.event;
    reads_ = {
        request_head("GET", event + "/seats/available/count", target) + "\r\n",
        request_head("GET", event, target) + "\r\n",
        request_head("GET", event + "/seats?available=true&limit=20", target) + "\r\n",
    };
}

std::string RequestWriter::body_of(const Plan& plan) {
    std::string body = R"({"event_id":")" + venue_.event + "\",";
    const auto quantity_at = [&](std::string_view before) {
        body += before;
        quantity_at_ = body.size();
        body += '0';
    };
    switch (plan.goods()) {
        case Goods::seats:
        case Goods::held_back_seats:
            body += R"("seat_ids":[")";
            seats_at_ = body.size();
            for (std::uint32_t i = 0; i < plan.tickets_per_request(); ++i)
                body.append(i == 0 ? "" : kSeatSeparator).append(sizeof(SeatId), '0');
            body += "\"]";
            break;
        case Goods::best_seats:
            quantity_at(R"("best_available":{"quantity":)");
            body += '}';
            break;
        case Goods::units:
            quantity_at(R"("items":[{"category":")" + std::string{kCategory} + R"(","quantity":)");
            body += "}]";
            break;
    }
    if (plan.goods() == Goods::held_back_seats) {
        code_at_ = body.size();
        body.append(code_text(0).size() + kCodeField.size() + 1, ' ');
    }
    return body + "}";
}

std::string_view RequestWriter::write(const Ask& ask, std::uint64_t number) {
    if (ask.action != Action::reserve)
        return reads_[std::to_underlying(ask.action) - std::to_underlying(Action::read_count)];
    if (buyer_at_ > 0) write_digits(reserve_.data() + buyer_at_, ask.buyer + 1);
    write_digits(reserve_.data() + key_at_, number + 1);
    if (quantity_at_ > 0) reserve_[quantity_at_] = static_cast<char>('0' + ask.tickets);
    if (code_at_ > 0) {
        const auto code = ask.code ? std::string{kCodeField} + code_text(*ask.code) + "\"" : "";
        auto* to = std::ranges::copy(code, reserve_.data() + code_at_).out;
        std::fill(to, reserve_.data() + reserve_.size() - 1, ' ');
    }
    if (seats_at_ == 0) return reserve_;
    char* to = reserve_.data() + seats_at_;
    for (std::uint32_t i = 0; i < ask.tickets; ++i) {
        std::memcpy(to, venue_.seats[ask.first_seat + i].data(), sizeof(SeatId));
        to += sizeof(SeatId) + kSeatSeparator.size();
    }
    return reserve_;
}

}  // namespace frontrow::bench
