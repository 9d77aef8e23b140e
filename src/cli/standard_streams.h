#pragma once

namespace frontrow::cli {

/// Opens /dev/null in place of a closed standard stream. Otherwise the next file opened would take
/// its number, and output would go to that file. Writing to such a stream still fails.
void fill_standard_streams();

/// Returns `exit_code`. If the command succeeded but its output can't be written, says so and
/// returns kFailed.
int check_output(int exit_code);

}  // namespace frontrow::cli
