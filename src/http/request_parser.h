#pragma once

#include "http/request_reader.h"

#include <boost/beast/http/basic_parser.hpp>

#include <span>
#include <string>
#include <string_view>

namespace frontrow::http {

/// Beast's parser without Beast's container of fields and without copies: all texts stay where they
/// were received. It refuses more than Beast does; the rules for a request's head are here.
class RequestParser final : public boost::beast::http::basic_parser<true> {
public:
    explicit RequestParser(Request& request) : request_{request} {}

    /// Collects a body that arrives in pieces. A body that arrived whole is a view into the buffer.
    std::string body;
    bool discards = false;
    /// The bytes that the parser was given last.
    std::span<const char> given;
    /// The step to report if the parser fails.
    RequestReader::Step refusal = RequestReader::Step::malformed;
    Complaint complaint;

private:
    using View = boost::beast::string_view;
    using Error = boost::beast::error_code;

    void on_request_impl(boost::beast::http::verb, View, View target, int version, Error&) override;
    void on_field_impl(boost::beast::http::field, View name, View value, Error&) override;
    void on_header_impl(Error&) override;
    std::size_t on_body_impl(View piece, Error&) override;
    void on_chunk_header_impl(std::uint64_t, View extension, Error&) override;
    std::size_t on_chunk_body_impl(std::uint64_t, View piece, Error&) override;
    void on_body_init_impl(const boost::optional<std::uint64_t>&, Error&) override {}
    void on_finish_impl(Error&) override {}
    void on_response_impl(int, View, int, Error&) override {}

    bool read_target(std::string_view target);
    bool is_folded(View name, View value) const;
    bool keep(Header header, std::string_view value);
    bool keep_host(std::string_view value);
    bool head_agrees();
    bool refuse(Complaint why);

    Request& request_;
    /// The request's target is absolute, with an authority.
    bool has_authority_ = false;
    bool has_host_ = false;
    bool has_transfer_encoding_ = false;
    bool has_unknown_coding_ = false;
};

}  // namespace frontrow::http
