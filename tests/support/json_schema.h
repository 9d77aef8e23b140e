#pragma once

#include <boost/json/value.hpp>

#include <set>
#include <string>

namespace frontrow::test {

/// Validates values by JSON Schema (2020-12), limited to the keywords that api/openapi.yaml uses.
///
/// Stricter than the standard in one point: a field that the schema doesn't name is an error,
/// unless the schema says `additionalProperties: true`. So answers contain only documented fields.
class JsonSchema {
public:
    /// References are resolved in `document`, which must outlive this.
    explicit JsonSchema(const boost::json::value& document) : document_{document} {}

    /// Returns what is wrong with `value`, and where. Empty if the value is valid.
    std::string misfit(const boost::json::value& value, const boost::json::value& schema) const;

    /// Returns the node, or the target of its `$ref` if it has one.
    const boost::json::value& follow(const boost::json::value& node) const;

    /// The keywords in `schema` and its subschemas that misfit() ignores because it doesn't know
    /// them.
    static std::set<std::string> unknown_keywords(const boost::json::value& schema);

private:
    std::string breaks(const boost::json::value& value, const boost::json::value& schema) const;
    std::string breaks_combined(const boost::json::value& value, const boost::json::object& schema)
        const;
    std::string breaks_object(const boost::json::object& value, const boost::json::object& schema)
        const;
    std::string breaks_array(const boost::json::array& value, const boost::json::object& schema)
        const;
    std::size_t count_fits(const boost::json::value& value, const boost::json::array& schemas)
        const;
    bool fits(const boost::json::value& value, const boost::json::value& schema) const {
        return breaks(value, schema).empty();
    }
    void add_names(
        const boost::json::value& schema,
        std::set<boost::json::string_view>& names,
        bool& is_open
    ) const;

    const boost::json::value& document_;
};

}  // namespace frontrow::test
