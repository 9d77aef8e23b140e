#pragma once

namespace frontrow::cli {

/// Has something behind standard input, output and error where they are closed: a file that is
/// opened later would take their place, and what is printed would go there. Printing fails still.
void fill_standard_streams();

/// `exit_code`, unless the command did what it should and its output can't be written: then
/// kFailed, and says so.
int check_output(int exit_code);

}  // namespace frontrow::cli
