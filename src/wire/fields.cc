#include "wire/fields.h"

#include "wire/category_fields.h"
#include "wire/order_fields.h"
#include "wire/spec_json.h"

#include <boost/algorithm/hex.hpp>
#include <boost/json.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace frontrow::wire {

using namespace domain;

std::string must_be_one_of(std::span<const std::string_view> names) {
    std::string all;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i > 0) all += i + 1 < names.size() ? ", " : " or ";
        all += names[i];
    }
    return "must be " + all;
}

void FieldsWriter::operator()(Key name, const ApiKeyDigest& digest) {
    std::string digits;
    boost::algorithm::hex_lower(digest.begin(), digest.end(), std::back_inserter(digits));
    json_.field(name, digits);
}

void FieldsWriter::operator()(Key name, const SeatIds& seats) {
    json_.key(name);
    json_.begin_array();
    for (const auto seat : seats)
        json_.value(seat);
    json_.end_array();
}

void FieldsWriter::operator()(Key name, const AccessCodes& codes) {
    json_.key(name);
    json_.begin_array();
    for (const auto code : codes)
        json_.value(code);
    json_.end_array();
}

void FieldsWriter::unless_empty(Key name, const UnitPrices& prices) {
    if (prices.empty()) return;
    json_.key(name);
    json_.begin_array();
    for (const auto price : prices)
        json_.value(price);
    json_.end_array();
}

void FieldsWriter::unless_empty(Key name, const TicketNumbers& numbers) {
    if (numbers.empty()) return;
    json_.key(name);
    json_.begin_array();
    for (const auto number : numbers)
        json_.value(number);
    json_.end_array();
}

void FieldsWriter::operator()(Key name, const std::vector<SeatSpec>& seats) {
    json_.key(name);
    json_.begin_array();
    for (const auto& seat : seats) {
        json_.begin_object();
        write_seat_spec(json_, seat);
        json_.end_object();
    }
    json_.end_array();
}

void FieldsWriter::operator()(Key name, const std::vector<std::string>& texts) {
    json_.key(name);
    json_.begin_array();
    for (const auto& text : texts)
        json_.value(text);
    json_.end_array();
}

void FieldsWriter::operator()(Key name, const Items& items) {
    json_.key(name);
    json_.begin_array();
    for (const auto& item : items) {
        json_.begin_object();
        describe(*this, item);
        json_.end_object();
    }
    json_.end_array();
}

void FieldsWriter::operator()(Key name, const OrderLines& lines) {
    json_.key(name);
    json_.begin_array();
    for (const auto& line : lines) {
        json_.begin_object();
        describe(*this, line);
        json_.end_object();
    }
    json_.end_array();
}

void FieldsReader::operator()(std::string_view name, bool& truth) {
    if (in_.has(name))
        truth = in_.flag(name);
    else
        in_.complain(name, "is required");
}

void FieldsReader::operator()(std::string_view name, Currency& currency) {
    const auto code = Currency::parse(in_.text(name, {3, 3}));
    if (!code) in_.complain(name, kCurrencyRule);
    currency = code.value_or(Currency{});
}

void FieldsReader::operator()(std::string_view name, ApiKeyDigest& digest) {
    const auto text = in_.text(name, {2 * digest.size(), 2 * digest.size()});
    const auto is_lower_hex = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    };
    if (text.size() == 2 * digest.size() && std::ranges::all_of(text, is_lower_hex)) {
        boost::algorithm::unhex(text.begin(), text.end(), digest.begin());
    } else {
        in_.complain(name, "must be 64 hexadecimal digits");
    }
}

void FieldsReader::operator()(std::string_view name, SeatIds& seats) {
    const auto* const list = in_.array(name);
    if (list == nullptr) return;
    seats.reserve(list->size());
    for (const auto& seat : *list) {
        const auto* const text = seat.if_string();
        const auto id = text == nullptr ? std::nullopt : SeatId::parse(*text);
        if (!id) return in_.complain(name, "must hold UUIDs");
        seats.push_back(*id);
    }
}

void FieldsReader::operator()(std::string_view name, AccessCodes& codes) {
    const auto* const list = in_.array(name);
    if (list == nullptr) return;
    codes.reserve(list->size());
    for (const auto& one : *list) {
        const auto* const text = one.if_string();
        const auto code = text == nullptr ? std::nullopt : parse_hex128(*text);
        if (!code) return in_.complain(name, "must hold texts of 32 hexadecimal digits");
        codes.push_back(*code);
    }
}

void FieldsReader::unless_empty(std::string_view name, UnitPrices& prices) {
    if (!in_.has(name)) return;
    const auto* const list = in_.array(name);
    if (list == nullptr) return;
    prices.reserve(list->size());
    for (const auto& price : *list) {
        const auto* const number = price.if_int64();
        if (number == nullptr || *number < 0)
            return in_.complain(name, "must hold whole numbers from 0 on");
        prices.push_back(*number);
    }
}

void FieldsReader::unless_empty(std::string_view name, TicketNumbers& numbers) {
    if (!in_.has(name)) return;
    const auto* const list = in_.array(name);
    if (list == nullptr) return;
    numbers.reserve(list->size());
    for (const auto& one : *list) {
        const auto* const number = one.if_int64();
        const std::int64_t last = numbers.empty() ? 0 : numbers.back();
        if (number == nullptr || *number <= last || *number > kAnyCount.max)
            return in_.complain(name, "must hold rising whole numbers from 1 on");
        numbers.push_back(static_cast<std::uint32_t>(*number));
    }
}

void FieldsReader::operator()(std::string_view name, std::vector<SeatSpec>& seats) {
    const auto* const list = in_.array(name);
    if (list == nullptr) return;
    seats.reserve(list->size());
    for (const auto& seat : *list) {
        if (!seat.is_object()) return in_.complain(name, "must hold objects");
        auto reader = in_.inside("seats[].", seat.get_object());
        seats.push_back(read_seat_spec(reader));
    }
}

template <class List>
void FieldsReader::read_objects(std::string_view name, List& all) {
    const auto* const list = in_.array(name);
    if (list == nullptr) return;
    all.reserve(list->size());
    for (const auto& one : *list) {
        if (!one.is_object()) return in_.complain(name, "must hold objects");
        const auto prefix = std::string{name} + "[].";
        auto reader = in_.inside(prefix, one.get_object());
        FieldsReader fields{reader};
        describe(fields, all.emplace_back());
    }
}

void FieldsReader::unless_empty(std::string_view name, Items& items) {
    if (in_.has(name)) read_objects(name, items);
}

void FieldsReader::operator()(std::string_view name, OrderLines& lines) {
    read_objects(name, lines);
}

bool FieldsReader::accept_coordinate(std::string_view name, double& number) {
    const double max =
        in_.origin() == Origin::request ? kCoordinateMax : std::numeric_limits<double>::max();
    const bool is_within = std::abs(number) <= max;
    if (!is_within) in_.complain(name, "must be a number from -1000000000 to 1000000000");
    number = to_millionth(number);
    return is_within;
}

void FieldsReader::coordinate(std::string_view name, std::optional<double>& number) {
    number = in_.optional_number(name);
    if (number && !accept_coordinate(name, *number)) number.reset();
}

void FieldsReader::coordinate(std::string_view name, double& number) {
    number = in_.number(name);
    accept_coordinate(name, number);
}

void FieldsReader::length(std::string_view name, double& number) {
    number = to_millionth(in_.number(name));
    const bool is_within = number > 0 && number <= kCoordinateMax;
    if (in_.origin() == Origin::request && in_.has_good(name) && !is_within)
        in_.complain(name, "must be a number above 0, and 1000000000 at most");
}

}  // namespace frontrow::wire
