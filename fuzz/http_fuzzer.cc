#include "base/check.h"
#include "conversation.h"
#include "http/plain_request.h"
#include "support/reader_connection.h"

#include <boost/json.hpp>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

// Any bytes that a client may send on one connection. Every answer is complete, has a date, and is
// never an error of the server. The answers are the same if the bytes come in small pieces. The
// fast parser reads exactly what Beast reads.

namespace frontrow::fuzz {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kVersion = "HTTP/1.1 ";

/// Cuts off the front of `text`, including `end`, and returns it.
std::string_view take_until(std::string_view& text, std::string_view end) {
    const auto at = text.find(end);
    CHECK(at != std::string_view::npos);
    const auto front = text.substr(0, at);
    text.remove_prefix(at + end.size());
    return front;
}

std::size_t number_of(std::string_view text) {
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    CHECK(error == std::errc{} && end == text.data() + text.size());
    return number;
}

struct Head {
    std::size_t status = 0;
    std::size_t length = 0;
    bool is_json = false;
    bool has_date = false;
};

Head take_head(std::string_view& text) {
    CHECK(text.starts_with(kVersion));
    text.remove_prefix(kVersion.size());
    Head head{.status = number_of(take_until(text, " "))};
    take_until(text, kLineEnd);
    while (!text.starts_with(kLineEnd)) {
        const auto name = take_until(text, ": ");
        const auto value = take_until(text, kLineEnd);
        CHECK(name.find_first_of("\r\n ") == std::string_view::npos);
        CHECK(value.find_first_of(std::string_view{"\r\n\0", 3}) == std::string_view::npos);
        if (name == "Date") head.has_date = true;
        if (name == "Content-Length") head.length = number_of(value);
        if (name == "Content-Type") head.is_json = value.ends_with("json");
    }
    text.remove_prefix(kLineEnd.size());
    return head;
}

void check_document(std::string_view body, std::size_t status) {
    boost::system::error_code error;
    const auto document = boost::json::parse(body, error);
    CHECK(!error);
    if (status < 400) return;
    const auto* code = document.as_object().if_contains("code");
    // One dialect writes it in PascalCase.
    if (code == nullptr) code = document.as_object().if_contains("Code");
    CHECK(code != nullptr && code->is_string());
}

struct Answer {
    std::size_t status = 0;
    std::string_view text;
};

Answer take_answer(std::string_view& text) {
    const auto all = text;
    const auto head = take_head(text);
    const bool is_final = (head.status >= 200 && head.status < 500) || head.status == 501;
    CHECK(head.status == 100 || (is_final && head.has_date));
    // The answer to a HEAD has no body; no body of ours begins like an answer.
    const bool has_body = !text.empty() && !text.starts_with(kVersion);
    if (has_body) {
        CHECK(head.length <= text.size());
        if (head.is_json) check_document(text.substr(0, head.length), head.status);
        text.remove_prefix(head.length);
    }
    return {head.status, all.substr(0, all.size() - text.size())};
}

std::vector<Answer> split(std::string_view text) {
    std::vector<Answer> answers;
    while (!text.empty())
        answers.push_back(take_answer(text));
    return answers;
}

bool contains(std::string_view text, std::string_view lower) {
    return !std::ranges::search(text, lower, {}, [](char c) {
                return std::tolower(static_cast<unsigned char>(c));
            }).empty();
}

/// True if the answers may depend on how the bytes are cut: a 100 Continue is sent only if no byte
/// of the body has arrived yet, and the metrics count earlier requests.
bool depends_on_more(std::string_view bytes) {
    return contains(bytes, "100-continue") || contains(bytes, "metrics");
}

/// True if the answer says that the request's head is malformed or too large.
bool is_complaint(const Answer& answer) {
    return answer.status == 400 || answer.status == 431;
}

/// Beast parses the first bytes of a head at once, and the rest only when the head is complete. So
/// in a bad head it may find another error first if the bytes come in pieces, or none if the head's
/// end never comes.
bool are_alike(const std::vector<Answer>& whole, const std::vector<Answer>& in_pieces) {
    const auto differ = std::ranges::mismatch(whole, in_pieces, {}, &Answer::text, &Answer::text);
    const auto left = std::ranges::subrange(differ.in1, whole.end());
    const auto left_in_pieces = std::ranges::subrange(differ.in2, in_pieces.end());
    return left.size() <= 1 && left_in_pieces.size() <= left.size() &&
           std::ranges::all_of(left, is_complaint) &&
           std::ranges::all_of(left_in_pieces, is_complaint);
}

void check_in_pieces(std::string_view bytes, std::size_t piece, const std::string& answers) {
    const auto in_pieces = converse(bytes, piece);
    const bool is_right = are_alike(split(answers), split(in_pieces));
    if (!is_right) {
        std::fprintf(stderr, "Whole:\n%s\n", answers.c_str());
        std::fprintf(stderr, "In pieces of %zu bytes:\n%s\n", piece, in_pieces.c_str());
    }
    CHECK(is_right);
}

void check_plain_requests(std::string_view bytes) {
    while (const auto plain = http::read_plain_request(bytes)) {
        CHECK(test::is_what_beast_reads(*plain, bytes));
        bytes.remove_prefix(plain->head_bytes + plain->request.body.size());
    }
}

}  // namespace
}  // namespace frontrow::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace frontrow::fuzz;
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    check_plain_requests(bytes);
    const auto answers = converse(bytes, 64 << 10);
    split(answers);
    if (!depends_on_more(bytes)) check_in_pieces(bytes, 1 + size % 61, answers);
    return 0;
}
