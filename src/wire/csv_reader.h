#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::wire {

/// Reads CSV (RFC 4180) record by record. The delimiter is a comma or another character. Quoted
/// fields may contain delimiters, line ends and doubled quotes. Lines end in LF or CRLF; the
/// last may have no line end. A byte order mark and empty lines are skipped. A record may have up
/// to 1,000 fields. Without this limit, a text that consists of delimiters would take many times
/// its size in memory, because even an empty field is a std::string.
class CsvReader {
public:
    static constexpr std::size_t kFieldsMax = 1'000;

    /// `text` must outlive the reader.
    explicit CsvReader(std::string_view text, char delimiter = ',');

    /// Reads the next record. Returns false at the end, or after an error, which error() describes.
    bool next(std::vector<std::string>& fields);
    /// The line on which the record or the error begins, from 1.
    std::size_t line() const { return line_; }
    /// Empty if there is no error.
    std::string_view error() const { return error_; }

private:
    /// Reads one field, up to the delimiter or line end.
    std::string field();
    std::string quoted_field();
    bool is_at_line_end() const;
    void skip_line_end();

    std::string_view rest_;
    char delimiter_;
    std::size_t line_ = 0;
    std::size_t next_line_ = 1;
    std::string error_;
};

}  // namespace frontrow::wire
