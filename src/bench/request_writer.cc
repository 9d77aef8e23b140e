#include "bench/request_writer.h"

#include <cstring>
#include <utility>

namespace frontrow::bench {
namespace {

constexpr std::size_t kDigits = 12;
constexpr std::string_view kSeatSeparator = "\",\"";

std::string head(std::string_view method, const std::string& path, const Target& target) {
    std::string text = std::string{method} + " " + target.base_path + path +
                       " HTTP/1.1\r\nHost: " + target.authority() + "\r\n";
    if (!target.token.empty()) text += "Authorization: Bearer " + target.token + "\r\n";
    return text;
}

void write_digits(char* to, std::uint64_t number) {
    for (auto i = kDigits; i-- > 0; number /= 10)
        to[i] = static_cast<char>('0' + number % 10);
}

}  // namespace

RequestWriter::RequestWriter(
    const Target& target,
    const Plan& plan,
    const Venue& venue,
    std::string_view run
)
    : venue_{venue}, seats_per_request_{plan.seats_per_request()} {
    const std::string digits(kDigits, '0');
    std::string body = R"({"event_id":")" + venue.event + R"(","seat_ids":[")";
    const auto seats_in_body = body.size();
    for (std::uint32_t i = 0; i < seats_per_request_; ++i)
        body.append(i == 0 ? "" : kSeatSeparator).append(sizeof(SeatId), '0');
    body += "\"]}";

    reserve_ = head("POST", "/api/v1/reservations", target);
    if (target.token.empty()) {
        reserve_ += "X-User-ID: buyer-";
        buyer_at_ = reserve_.size();
        reserve_ += digits + "\r\n";
    }
    reserve_ += "Idempotency-Key: bench-" + std::string{run} + "-";
    key_at_ = reserve_.size();
    reserve_ += digits + "\r\nContent-Type: application/json\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n";
    seats_at_ = reserve_.size() + seats_in_body;
    reserve_ += body;

    const auto event = "/api/v1/events/" + venue.event;
    reads_ = {
        head("GET", event + "/seats/available/count", target) + "\r\n",
        head("GET", event, target) + "\r\n",
        head("GET", event + "/seats?available=true&limit=20", target) + "\r\n",
    };
}

std::string_view RequestWriter::write(const Ask& ask, std::uint64_t number) {
    if (ask.action != Action::reserve)
        return reads_[std::to_underlying(ask.action) - std::to_underlying(Action::read_count)];
    if (buyer_at_ > 0) write_digits(reserve_.data() + buyer_at_, number + 1);
    write_digits(reserve_.data() + key_at_, number + 1);
    char* to = reserve_.data() + seats_at_;
    for (std::uint32_t i = 0; i < seats_per_request_; ++i) {
        std::memcpy(to, venue_.seats[ask.first_seat + i].data(), sizeof(SeatId));
        to += sizeof(SeatId) + kSeatSeparator.size();
    }
    return reserve_;
}

}  // namespace frontrow::bench
