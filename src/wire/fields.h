#pragma once

#include "base/money.h"
#include "domain/allocation.h"
#include "domain/api_key.h"
#include "domain/category.h"
#include "domain/event.h"
#include "domain/order.h"
#include "domain/seat.h"
#include "wire/json_writer.h"
#include "wire/object_reader.h"

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <iterator>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace frontrow::wire {

// The fields of a type are described once, by a function template describe(fields, object), which
// names them in the order in which they are written. fact_fields.h describes facts, spec_json.cc
// events and seats. `fields` is the object that writes or reads them: a FieldsWriter, a
// FieldsReader, or the reader of plain lines in plain_fact.cc.

/// The limits of a number. `of_request` are today's limits on requests. `ever` are the limits on
/// facts, old ones included: the domain can compute with every number within them.
struct NumberLimits {
    IntegerBounds of_request;
    IntegerBounds ever;
};

/// The complaint about a currency.
inline constexpr auto kCurrencyRule = "must be the code of a currency by ISO 4217, like JPY";
inline constexpr IntegerBounds kAnyNatural{0, std::numeric_limits<std::int64_t>::max()};
inline constexpr IntegerBounds kAnyCount{0, std::numeric_limits<std::uint32_t>::max()};
/// Length limits for the text of an enumeration. Every valid name is far shorter than 255.
inline constexpr TextBounds kAnyName{0, 255};

/// An enumeration whose values have names on the wire.
template <class Value>
concept Choice = std::is_enum_v<Value> && requires(Value value) {
    name_of(value);
    choices(value);
};

std::string must_be_one_of(std::span<const std::string_view> names);

/// The reader for whom fields are written. Fields described by journal_only() are written only for
/// the journal.
enum class Audience : std::uint8_t { journal, readers };

/// Writes fields into the open object. It ignores the limits, which FieldsReader checks.
class FieldsWriter {
public:
    explicit FieldsWriter(JsonWriter& json, Audience audience = Audience::journal)
        : json_{json}, audience_{audience} {}

    template <Short Value>
    void operator()(Key name, Value value) {
        json_.field(name, value);
    }
    void operator()(Key name, const std::string& text) { json_.field(name, text); }
    void operator()(Key name, std::chrono::seconds time) { json_.field(name, time.count()); }
    void operator()(Key name, Currency currency) { json_.field(name, currency.code()); }
    template <Choice Value>
    void operator()(Key name, Value value) {
        json_.field(name, name_of(value));
    }
    void operator()(Key name, const domain::ApiKeyDigest& digest);
    void operator()(Key name, const domain::SeatIds& seats);
    void operator()(Key name, const domain::AccessCodes& codes);
    void operator()(Key name, const std::vector<domain::SeatSpec>& seats);
    void operator()(Key name, const domain::Items& items);
    void operator()(Key name, const domain::OrderLines& lines);
    void operator()(Key name, const domain::Point& point);
    void operator()(Key name, const domain::Stage& stage);
    void operator()(Key name, const std::vector<std::string>& texts);
    /// Writes nothing if the value is absent.
    template <class Value>
    void operator()(Key name, const std::optional<Value>& value) {
        if (value) (*this)(name, *value);
    }
    template <class Value, class Limits>
    void operator()(Key name, const Value& value, const Limits&) {
        (*this)(name, value);
    }

    template <class Value, class... Limits>
    void with_default(Key name, const Value& value, const Limits&...) {
        (*this)(name, value);
    }
    void unless_empty(Key name, const std::string& text, TextBounds = {}) {
        if (!text.empty()) (*this)(name, text);
    }
    void unless_empty(Key name, const domain::UnitPrices& prices);
    void unless_empty(Key name, const domain::TicketNumbers& numbers);
    template <class List>
        requires std::same_as<List, domain::Items> || std::same_as<List, domain::SeatIds>
    void unless_empty(Key name, const List& list) {
        if (!list.empty()) (*this)(name, list);
    }
    void unless_empty(Key name, const std::vector<std::string>& texts, TextBounds) {
        if (!texts.empty()) (*this)(name, texts);
    }
    template <Choice Value>
    void unless_default(Key name, Value value) {
        if (value != Value{}) (*this)(name, value);
    }
    /// The `sub` of a person or an account.
    void sub(Key name, const std::string& text) { (*this)(name, text); }
    void optional_sub(Key name, const std::string& text) { unless_empty(name, text); }
    void amount(Key name, Amount amount, NumberLimits) { json_.field(name, amount); }
    void coordinate(Key name, const std::optional<double>& number) { (*this)(name, number); }
    void coordinate(Key name, double number) { json_.field(name, number); }
    void length(Key name, double number) { json_.field(name, number); }
    void flag(Key name, domain::SeatFlags flags, domain::SeatFlags one) {
        if (domain::has(flags, one)) json_.field(name, true);
    }
    void flag(Key name, bool truth) {
        if (truth) json_.field(name, true);
    }
    template <class Value>
    void journal_only(Key name, const Value& value) {
        if (audience_ == Audience::journal) (*this)(name, value);
    }
    void journal_only_unless_empty(Key name, const std::string& text) {
        if (audience_ == Audience::journal) unless_empty(name, text);
    }

    // For a nested object whose fields are written directly into its parent's JSON object.

    /// Whether the nested object exists. `Key` is the name of the nested object's first field; a
    /// FieldsReader looks whether that field is present.
    template <class Part>
    bool has(Key, const std::optional<Part>& part) {
        return part.has_value();
    }
    void all_of(const domain::EventSpec& spec);
    void all_of(const domain::Admission& admission);
    void all_of(const std::shared_ptr<const domain::SeatBlock>& block);
    void all_of(const std::shared_ptr<const domain::SeatDetails>& details);
    void all_of(const domain::Allocation& allocation);
    void all_of(const domain::AllocationChange& change);

private:
    JsonWriter& json_;
    Audience audience_;
};

/// Reads each field from a JSON object, and adds a complaint if it is missing or wrong.
class FieldsReader {
public:
    explicit FieldsReader(ObjectReader& in) : in_{in} {}

    template <class Kind>
    void operator()(std::string_view name, Id<Kind>& id) {
        id = in_.id<Id<Kind>>(name);
    }
    void operator()(std::string_view name, Bits128& bits) { bits = in_.hex128(name); }
    void operator()(std::string_view name, Instant& at) { at = in_.instant(name); }
    /// `bounds` apply to requests only.
    void operator()(std::string_view name, std::string& text, TextBounds bounds = {}) {
        text = in_.text(name, bounds);
    }
    template <std::integral Number>
    void operator()(
        std::string_view name,
        Number& number,
        NumberLimits limits = {kAnyNatural, kAnyNatural}
    ) {
        number = static_cast<Number>(in_.integer(name, in_.bounds(limits.of_request, limits.ever)));
    }
    void operator()(std::string_view name, std::chrono::seconds& time, NumberLimits limits) {
        auto count = time.count();
        (*this)(name, count, limits);
        time = std::chrono::seconds{count};
    }
    void operator()(std::string_view name, Currency& currency);
    void operator()(std::string_view name, bool& truth);
    template <Choice Value>
    void operator()(std::string_view name, Value& value) {
        constexpr auto all = choices(Value{});
        const auto text = in_.text(name, kAnyName);
        const auto chosen =
            std::ranges::find_if(all, [&](Value one) { return name_of(one) == text; });
        if (chosen != all.end()) {
            value = *chosen;
        } else if (in_.has(name)) {
            std::vector<std::string_view> names;
            std::ranges::transform(all, std::back_inserter(names), [](Value one) {
                return name_of(one);
            });
            in_.complain(name, must_be_one_of(names));
        }
    }
    void operator()(std::string_view name, domain::ApiKeyDigest& digest);
    void operator()(std::string_view name, domain::SeatIds& seats);
    void operator()(std::string_view name, domain::AccessCodes& codes);
    void operator()(std::string_view name, std::vector<domain::SeatSpec>& seats);
    void operator()(std::string_view name, domain::OrderLines& lines);
    void operator()(std::string_view name, domain::Point& point);
    void operator()(std::string_view name, domain::Stage& stage);
    /// The field may be absent.
    template <class Value, class... Limits>
    void operator()(std::string_view name, std::optional<Value>& value, Limits... limits) {
        if (in_.has(name)) (*this)(name, value.emplace(), limits...);
    }

    /// Leaves `value` unchanged if the field is absent.
    template <class Value, class... Limits>
    void with_default(std::string_view name, Value& value, Limits... limits) {
        if (in_.has(name)) (*this)(name, value, limits...);
    }
    void unless_empty(std::string_view name, std::string& text, TextBounds bounds = {}) {
        if (auto read = in_.optional_text(name, bounds)) text = std::move(*read);
    }
    void unless_empty(std::string_view name, domain::UnitPrices& prices);
    void unless_empty(std::string_view name, domain::TicketNumbers& numbers);
    void unless_empty(std::string_view name, domain::Items& items);
    void unless_empty(std::string_view name, std::vector<std::string>& texts, TextBounds bounds) {
        if (in_.has(name)) texts = in_.texts(name, bounds);
    }
    /// The same as with_default(). A writer doesn't write the default.
    template <Choice Value>
    void unless_default(std::string_view name, Value& value) {
        with_default(name, value);
    }
    void unless_empty(std::string_view name, domain::SeatIds& seats) {
        if (in_.has(name)) (*this)(name, seats);
    }
    /// An amount of money. If it has a decimal point, the complaint shows how to write it.
    void amount(std::string_view name, Amount& amount, NumberLimits limits) {
        amount = in_.amount(name, in_.bounds(limits.of_request, limits.ever));
    }
    void coordinate(std::string_view name, std::optional<double>& number);
    void coordinate(std::string_view name, double& number);
    /// The length of a side: a coordinate above zero.
    void length(std::string_view name, double& number);
    /// Adds the flag `one` to `flags` if the field is true.
    void flag(std::string_view name, domain::SeatFlags& flags, domain::SeatFlags one) {
        if (in_.flag(name)) flags = flags | one;
    }
    /// False if the field is absent.
    void flag(std::string_view name, bool& truth) { truth = in_.flag(name); }
    void sub(std::string_view name, std::string& text) { text = in_.sub(name); }
    void optional_sub(std::string_view name, std::string& text) {
        if (in_.has(name)) text = in_.sub(name);
    }
    template <class Value>
    void journal_only(std::string_view name, Value& value) {
        (*this)(name, value);
    }
    void journal_only_unless_empty(std::string_view name, std::string& text) {
        unless_empty(name, text);
    }

    template <class Part>
    bool has(std::string_view name, std::optional<Part>& part) {
        if (in_.has(name)) part.emplace();
        return part.has_value();
    }
    void all_of(domain::EventSpec& spec);
    void all_of(domain::Admission& admission);
    void all_of(std::shared_ptr<const domain::SeatBlock>& block);
    void all_of(std::shared_ptr<const domain::SeatDetails>& details);
    void all_of(domain::Allocation& allocation);
    void all_of(domain::AllocationChange& change);

private:
    /// Rounds a coordinate. Returns false, with a complaint, if it is out of bounds.
    bool accept_coordinate(std::string_view name, double& number);
    template <class Value>
    void read_object(std::string_view name, Value& value);
    template <class List>
    void read_objects(std::string_view name, List& all);

    ObjectReader& in_;
};

}  // namespace frontrow::wire
