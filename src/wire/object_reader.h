#pragma once

#include "base/id.h"
#include "base/instant.h"
#include "base/text.h"
#include "wire/parse_error.h"

#include <boost/json/fwd.hpp>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace frontrow::wire {

/// Collects all errors of a document, so that the client sees them at once. Keeps the first fifty.
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

/// Where a document comes from. This decides how strictly it is checked.
enum class Origin : std::uint8_t {
    /// A client's request: today's limits apply.
    request,
    /// A recorded fact, which was within the limits of its time. Only its form is checked: required
    /// fields must be present, and each value must be possible for its type.
    history,
};

/// Reads the fields of one JSON object and adds a complaint for each that is missing or wrong. If a
/// required field is wrong, the return value is a default that must not be used: check
/// Complaints::none() before using any value. A null counts as absent.
class ObjectReader {
public:
    /// `prefix` is put before each field's name in a complaint: "seats[3].". `object`, `prefix` and
    /// `complaints` must outlive the reader.
    ObjectReader(
        const boost::json::object& object,
        std::string_view prefix,
        Complaints& complaints,
        Origin origin
    )
        : object_{object}, prefix_{prefix}, complaints_{complaints}, origin_{origin} {}

    Origin origin() const { return origin_; }
    /// The limits of a number: those on requests if the document is a request, otherwise those of
    /// the number's type.
    IntegerBounds bounds(IntegerBounds of_request, IntegerBounds of_type) const {
        return origin_ == Origin::request ? of_request : of_type;
    }

    /// A text from a request is normalised by accept_text(). Texts are known to be UTF-8, because
    /// the document was parsed.
    std::string text(std::string_view field, TextBounds bounds);
    std::optional<std::string> optional_text(std::string_view field, TextBounds bounds);
    /// A list of texts.
    std::vector<std::string> texts(std::string_view field, TextBounds bounds);
    /// A person's `sub`, by the same rule as for tokens (domain/subject.h).
    std::string sub(std::string_view field);
    /// A request may also write `10.0` or `1e1`.
    std::int64_t integer(std::string_view field, IntegerBounds bounds);
    std::optional<std::int64_t> optional_integer(std::string_view field, IntegerBounds bounds);
    /// An amount of money in the currency's minor unit.
    std::int64_t amount(std::string_view field, IntegerBounds bounds);
    double number(std::string_view field);
    std::optional<double> optional_number(std::string_view field);
    /// False if the field is absent.
    bool flag(std::string_view field);
    Instant instant(std::string_view field);
    std::optional<Instant> optional_instant(std::string_view field);
    Bits128 hex128(std::string_view field);
    /// Null, with a complaint, unless the field is an array.
    const boost::json::array* array(std::string_view field);
    const boost::json::object* object(std::string_view field);
    bool has(std::string_view field) const;
    /// Whether the field is present and has no complaint so far.
    bool has_good(std::string_view field) const;

    template <class SomeId>
    SomeId id(std::string_view field) {
        return SomeId{uuid(field)};
    }

    /// A reader for an object inside this one. `prefix` and `object` must outlive it.
    ObjectReader inside(std::string_view prefix, const boost::json::object& object) const {
        return {object, prefix, complaints_, origin_};
    }

    /// The field's name as complaints show it: with the prefix.
    std::string place_of(std::string_view field) const;
    /// Complains about each field with another name. For requests that would do more if a field
    /// were overlooked; all others ignore unknown fields.
    void refuse_others(std::initializer_list<std::string_view> known, const std::string& message);
    /// Adds a complaint with the caller's own message.
    void complain(std::string_view field, std::string message);

private:
    const boost::json::value* find(std::string_view field) const;
    const boost::json::value* find_required(std::string_view field);
    std::string text_of(std::string_view field, const boost::json::value& value, TextBounds bounds);
    std::int64_t
    integer_of(std::string_view field, const boost::json::value& value, IntegerBounds bounds);
    std::optional<double> number_of(std::string_view field, const boost::json::value& value);
    Instant instant_of(std::string_view field, const boost::json::value& value);
    Bits128 uuid(std::string_view field);

    const boost::json::object& object_;
    std::string_view prefix_;
    Complaints& complaints_;
    Origin origin_;
};

}  // namespace frontrow::wire
