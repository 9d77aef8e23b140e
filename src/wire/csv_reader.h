#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::wire {

/// Reads a table as RFC 4180 has it, record by record, with a comma between fields or another
/// delimiter: fields in quotes may hold delimiters, line ends and doubled quotes. Lines end in LF
/// or CRLF, the last one in either or neither; empty ones are passed over, and so is a byte order
/// mark.
class CsvReader {
public:
    /// `text` outlives the reader.
    explicit CsvReader(std::string_view text, char delimiter = ',');

    /// Reads the next record; false at the end, or where `error()` says what is wrong.
    bool next(std::vector<std::string>& fields);
    /// The line on which the record (or the error) begins, from 1.
    std::size_t line() const { return line_; }
    /// Empty while all is well.
    std::string_view error() const { return error_; }

private:
    /// Reads one field up to the delimiter or line end behind it.
    std::string field();
    std::string quoted_field();
    bool is_at_line_end() const;
    void skip_line_end();

    std::string_view rest_;
    char delimiter_;
    std::size_t line_ = 0;
    std::size_t next_line_ = 1;
    std::string_view error_;
};

}  // namespace frontrow::wire
