#pragma once

#include "base/check.h"
#include "http/plain_request.h"
#include "http/request_reader.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::test {

/// A copy of a request as it was read.
struct Received {
    http::Method method = http::Method::other;
    std::string path, query, body;
    std::optional<std::uint64_t> body_bytes = 0;
    /// Nothing if the header is missing.
    std::array<std::optional<std::string>, http::kHeaderCount> headers;
    bool keep_alive = false;
    bool is_http_1_0 = false;
    bool is_head = false;

    friend bool operator==(const Received&, const Received&) = default;
};

inline Received copy_of(const http::Request& request) {
    Received received{
        .method = request.method,
        .path = std::string{request.path},
        .query = std::string{request.query},
        .body = std::string{request.body},
        .body_bytes = request.body_bytes,
        .headers = {},
        .keep_alive = request.keep_alive,
        .is_http_1_0 = request.is_http_1_0,
        .is_head = request.is_head,
    };
    std::ranges::transform(request.headers, received.headers.begin(), [](std::string_view text) {
        return text.data() == nullptr ? std::nullopt : std::optional{std::string{text}};
    });
    return received;
}

/// Feeds a text to a request reader, as much at a time as the reader has room for.
class ReaderConnection {
    using Step = http::RequestReader::Step;
    http::Limits limits_;
    http::BufferPool buffers_;

public:
    explicit ReaderConnection(const http::Limits& limits = {})
        : limits_{limits}, reader{limits_, buffers_} {}

    void send(std::string_view text) {
        while (!text.empty()) {
            give_from(text);
            if (!text.empty()) CHECK(advance() == Step::need_more);
        }
    }

    /// Advances past heads until a request is complete, more bytes are needed, or the reading ends.
    Step advance() {
        auto step = reader.advance();
        if (step == Step::head) {
            ++heads;
            step = reader.advance();
        }
        return step;
    }

    /// Returns all requests that are read when the text is sent in pieces that end at `cuts`.
    /// `last` then is the step that ended the reading.
    std::vector<Received> read(std::string_view text, const std::vector<std::size_t>& cuts) {
        std::vector<Received> received;
        std::size_t from = 0;
        for (const auto cut : cuts) {
            last = take(text.substr(from, cut - from), received);
            if (last != Step::need_more) return received;
            from = cut;
        }
        last = take(text.substr(from), received);
        return received;
    }

    /// Like read(), with each byte as a piece of its own. A request whose first byte comes alone
    /// isn't taken by the fast parser, so Beast reads it.
    std::vector<Received> read_byte_by_byte(std::string_view text) {
        std::vector<std::size_t> cuts;
        for (std::size_t cut = 1; cut < text.size(); ++cut)
            cuts.push_back(cut);
        return read(text, cuts);
    }

private:
    void give_from(std::string_view& text) {
        const auto space = reader.space();
        CHECK(!space.empty());
        const auto size = std::min(space.size(), text.size());
        std::copy_n(text.begin(), size, space.begin());
        reader.received(size);
        text.remove_prefix(size);
    }

    Step take(std::string_view piece, std::vector<Received>& received) {
        while (true) {
            give_from(piece);
            auto step = advance();
            for (; step == Step::complete; step = advance()) {
                received.push_back(copy_of(reader.request()));
                reader.next();
            }
            if (step != Step::need_more || piece.empty()) return step;
        }
    }

public:
    http::RequestReader reader;
    Step last = Step::need_more;
    int heads = 0;
};

/// True if Beast reads the same request from these bytes, and nothing else.
inline bool is_what_beast_reads(const http::PlainRequest& plain, std::string_view bytes) {
    ReaderConnection connection{{.header_bytes = bytes.size() + 1}};
    const auto length = plain.head_bytes + plain.request.body.size();
    const auto read = connection.read_byte_by_byte(bytes.substr(0, length));
    return read.size() == 1 && read.front() == copy_of(plain.request) &&
           !connection.reader.has_begun();
}

}  // namespace frontrow::test
