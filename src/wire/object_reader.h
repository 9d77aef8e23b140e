#pragma once

#include "base/id.h"
#include "base/instant.h"
#include "base/text.h"
#include "wire/parse_error.h"

#include <boost/json/fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace frontrow::wire {

/// Collects what is wrong with a document, to tell all of it at once. Keeps the first fifty.
class Complaints {
public:
    void add(std::string field, std::string message);
    bool none() const { return error_.fields.empty(); }
    bool has(std::string_view field) const;
    ParseError take() { return std::move(error_); }

private:
    ParseError error_;
};

struct IntegerBounds {
    std::int64_t min = 0;
    std::int64_t max = 0;
};

/// What a document is, and so how far it is checked.
enum class Origin : std::uint8_t {
    /// Somebody asks for something: today's limits hold.
    request,
    /// It has become true and was within the limits of its day. Only its form is checked: required
    /// fields, types, and what no value of the type can be.
    history,
};

/// Reads the fields of one JSON object and complains of those that aren't as they should be. Where
/// a required field is wrong the return value is a default that must not be used: look at
/// Complaints::none() before using any. A null counts as absent.
class ObjectReader {
public:
    /// `prefix` stands before each field's name in a complaint: "seats[3].". All three outlive the
    /// reader.
    ObjectReader(
        const boost::json::object& object,
        std::string_view prefix,
        Complaints& complaints,
        Origin origin
    )
        : object_{object}, prefix_{prefix}, complaints_{complaints}, origin_{origin} {}

    Origin origin() const { return origin_; }
    /// Today's limits of a number, or those of its type.
    IntegerBounds bounds(IntegerBounds of_request, IntegerBounds of_type) const {
        return origin_ == Origin::request ? of_request : of_type;
    }

    /// Of a request as accept_text() makes it; the document is UTF-8 as a whole.
    std::string text(std::string_view field, TextBounds bounds);
    std::optional<std::string> optional_text(std::string_view field, TextBounds bounds);
    /// Of a person, by the rule that a token's is held to (domain/subject.h).
    std::string sub(std::string_view field);
    /// Of a request it may be written `10.0` or `1e1`.
    std::int64_t integer(std::string_view field, IntegerBounds bounds);
    std::optional<std::int64_t> optional_integer(std::string_view field, IntegerBounds bounds);
    /// Of money, in the currency's minor unit.
    std::int64_t amount(std::string_view field, IntegerBounds bounds);
    std::optional<double> optional_number(std::string_view field);
    /// False where it's absent.
    bool flag(std::string_view field);
    Instant instant(std::string_view field);
    std::optional<Instant> optional_instant(std::string_view field);
    Bits128 hex128(std::string_view field);
    /// Nothing (and a complaint) unless the field is an array.
    const boost::json::array* array(std::string_view field);
    const boost::json::object* object(std::string_view field);
    bool has(std::string_view field) const;
    /// It's there, and there is no complaint of it so far.
    bool has_good(std::string_view field) const;

    template <class SomeId>
    SomeId id(std::string_view field) {
        return SomeId{uuid(field)};
    }

    /// Of an object inside of this one. `prefix` and the object outlive it.
    ObjectReader inside(std::string_view prefix, const boost::json::object& object) const {
        return {object, prefix, complaints_, origin_};
    }

    /// Complains of a field in the reader's own words.
    void complain(std::string_view field, std::string message);

private:
    const boost::json::value* find(std::string_view field) const;
    const boost::json::value* find_required(std::string_view field);
    std::string text_of(std::string_view field, const boost::json::value& value, TextBounds bounds);
    std::int64_t
    integer_of(std::string_view field, const boost::json::value& value, IntegerBounds bounds);
    Instant instant_of(std::string_view field, const boost::json::value& value);
    Bits128 uuid(std::string_view field);

    const boost::json::object& object_;
    std::string_view prefix_;
    Complaints& complaints_;
    Origin origin_;
};

}  // namespace frontrow::wire
