#pragma once

#include <boost/json/value.hpp>

#include <set>
#include <string>

namespace frontrow::test {

/// Judges values by JSON Schema (2020-12), in the part of it that api/openapi.yaml uses.
///
/// Stricter than the standard in one point: a field that the schema doesn't name is wrong, unless
/// it says `additionalProperties: true`. What is answered is what is documented.
class JsonSchema {
public:
    /// `document` is where references lead; it outlives this.
    explicit JsonSchema(const boost::json::value& document) : document_{document} {}

    /// What is wrong with `value`, and where; empty where it fits.
    std::string misfit(const boost::json::value& value, const boost::json::value& schema) const;

    /// The node itself, or what its `$ref` leads to.
    const boost::json::value& follow(const boost::json::value& node) const;

    /// The keywords in `schema`, and in all that it holds, that misfit() passes over without having
    /// understood them.
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
