#include "wire/plain_fact.h"

#include "domain/command_traits.h"
#include "wire/fact_fields.h"
#include "wire/plain_text.h"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

namespace frontrow::wire {
namespace {

using namespace domain;

constexpr std::size_t kInstantLength = 24;
constexpr std::size_t kHexLength = 32;
/// Any number with at most this many digits fits into 64 bits.
constexpr std::size_t kSafeDigits = 18;

/// Reads values from the front of a line. After the first that doesn't match, is_ok() stays false.
class PlainLine {
public:
    explicit PlainLine(std::string_view line) : rest_{line} {}

    bool is_ok() const { return is_ok_; }
    bool is_done() const { return is_ok_ && rest_.empty(); }
    bool starts_with(char c) const { return rest_.starts_with(c); }

    void take(std::string_view text) {
        is_ok_ = is_ok_ && rest_.starts_with(text);
        if (is_ok_) rest_.remove_prefix(text.size());
    }
    /// Takes the name with its quotes and its colon.
    [[gnu::always_inline]] void take_name(Key key) {
        is_ok_ = is_ok_ && starts_with_name(key, 0);
        if (is_ok_) rest_.remove_prefix(key.name().size() + 3);
    }
    /// Whether a comma and this name come next.
    [[gnu::always_inline]] bool has_next(Key key) const {
        return is_ok_ && rest_.starts_with(',') && starts_with_name(key, 1);
    }
    /// Marks the line as one that isn't read here.
    void refuse() { is_ok_ = false; }

    std::int64_t number() {
        std::size_t length = 0;
        std::int64_t number = 0;
        for (; length < rest_.size() && is_digit(rest_[length]) && length < kSafeDigits; ++length)
            number = number * 10 + (rest_[length] - '0');
        const bool is_number = length == 1 || (length > 1 && rest_.front() != '0');
        is_ok_ = is_ok_ && is_number;
        rest_.remove_prefix(length);
        return number;
    }

    template <class SomeId>
    SomeId id() {
        return SomeId{read(kUuidLength, parse_uuid)};
    }
    Bits128 hex() { return read(kHexLength, parse_hex128); }
    Instant instant() { return read(kInstantLength, parse_rfc3339); }

    /// The text up to the closing quote.
    std::string_view text() {
        const auto end = std::ranges::find_if_not(rest_, is_plain);
        return front(static_cast<std::size_t>(end - rest_.begin()));
    }

private:
    [[gnu::always_inline]] bool starts_with_name(Key key, std::size_t at) const {
        const auto name = key.name();
        const auto size = at + name.size() + 3;
        return rest_.size() >= size && rest_[at] == '"' &&
               std::memcmp(rest_.data() + at + 1, name.data(), name.size()) == 0 &&
               rest_[size - 2] == '"' && rest_[size - 1] == ':';
    }
    std::string_view front(std::size_t length) {
        const auto text = rest_.substr(0, length);
        rest_.remove_prefix(text.size());
        return text;
    }
    template <class T>
    T read(std::size_t length, std::optional<T> (*parse)(std::string_view)) {
        const auto value = parse(front(length));
        is_ok_ = is_ok_ && value;
        return value.value_or(T{});
    }

    std::string_view rest_;
    bool is_ok_ = true;
};

/// Reads the fields of a description (fields.h) from a line, in the description's order. Refuses
/// fields of any other form, so that the document parser reads the line instead.
class PlainFields {
public:
    explicit PlainFields(PlainLine& in) : in_{in} {}

    /// Inlined, so that the name's length is known and the comparison is a few instructions.
    template <class Value>
    [[gnu::always_inline]] void operator()(Key name, Value& value) {
        if (!std::exchange(is_first_, false)) in_.take(",");
        in_.take_name(name);
        read(value);
    }
    void operator()(Key name, std::string& text, TextBounds) { (*this)(name, text); }
    template <std::integral Number>
    void operator()(Key name, Number& number, NumberLimits limits) {
        std::int64_t value = 0;
        (*this)(name, value);
        if (value < limits.ever.min || value > limits.ever.max) in_.refuse();
        number = static_cast<Number>(value);
    }
    void amount(Key name, Amount& amount, NumberLimits limits) { (*this)(name, amount, limits); }

    // Optional fields. A line in which one of them comes first isn't read here.

    template <class List>
    void unless_empty(Key name, List& list) {
        if (in_.has_next(name)) (*this)(name, list);
    }
    void flag(Key name, bool&) {
        if (in_.has_next(name)) in_.refuse();
    }
    template <class Part>
    bool has(Key name, std::optional<Part>& part) {
        if (in_.has_next(name)) part.emplace();
        return part.has_value();
    }
    template <class Value>
    [[gnu::always_inline]] void journal_only(Key name, Value& value) {
        (*this)(name, value);
    }
    void journal_only_unless_empty(Key name, std::string& text) { unless_empty(name, text); }
    void all_of(const auto&) { in_.refuse(); }

private:
    template <class Kind>
    void read(Id<Kind>& id) {
        in_.take("\"");
        id = in_.id<Id<Kind>>();
        in_.take("\"");
    }
    void read(Instant& at) {
        in_.take("\"");
        at = in_.instant();
        in_.take("\"");
    }
    void read(Bits128& bits) {
        in_.take("\"");
        bits = in_.hex();
        in_.take("\"");
    }
    void read(std::string& text) {
        in_.take("\"");
        text = in_.text();
        in_.take("\"");
    }
    void read(std::int64_t& number) { number = in_.number(); }
    template <Choice Value>
    void read(Value& value) {
        in_.take("\"");
        const auto name = in_.text();
        in_.take("\"");
        constexpr auto all = choices(Value{});
        const auto chosen =
            std::ranges::find_if(all, [&](Value one) { return name_of(one) == name; });
        if (chosen == all.end()) return in_.refuse();
        value = *chosen;
    }
    void read(SeatIds& seats) { read_list(seats); }
    void read(UnitPrices& prices) { read_list(prices); }
    void read(Items& items) { read_list(items); }
    void read(OrderLines& lines) { read_list(lines); }
    void read(Item& item) { read_object(item); }
    void read(OrderLine& line) { read_object(line); }
    void read(const auto&) { in_.refuse(); }

    template <class Object>
    void read_object(Object& object) {
        in_.take("{");
        PlainFields fields{in_};
        wire::describe(fields, object);
        in_.take("}");
    }

    template <class List>
    void read_list(List& list) {
        in_.take("[");
        while (in_.is_ok() && !in_.starts_with(']')) {
            if (!list.empty()) in_.take(",");
            read(list.emplace_back());
        }
        in_.take("]");
    }

    PlainLine& in_;
    bool is_first_ = true;
};

bool read_plain_line(std::string_view line, Fact& fact) {
    PlainLine in{line};
    in.take(R"({"seq":)");
    fact.seq = static_cast<std::uint64_t>(in.number());
    in.take(R"(,"type":")");
    const auto type = in.text();
    in.take(R"(","event_id":")");
    fact.event = in.id<EventId>();
    in.take(R"(","at":")");
    fact.at = in.instant();
    in.take(R"(","trace_id":")");
    fact.trace = TraceId{in.hex()};
    in.take(R"(","data":{)");
    PlainFields fields{in};
    if (!in.is_ok() || !read_kind(type, fields, fact.body)) return false;
    // A fact that isn't about an event has no event_id. This line has one, so it isn't plain.
    if (!traits_of(fact.body).is_about_event) return false;
    in.take("}}");
    return in.is_done();
}

}  // namespace

std::optional<Fact> read_plain_fact(std::string_view line) {
    std::optional<Fact> fact{std::in_place};
    if (!read_plain_line(line, *fact)) fact.reset();
    return fact;
}

}  // namespace frontrow::wire
