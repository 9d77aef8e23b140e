#pragma once

#include "config/settings.h"
#include "io/awaitable.h"
#include "store/engine/fact_reader.h"

#include <memory>
#include <string>

namespace frontrow::cli {

/// Reads the facts of a store beside a running server.
std::unique_ptr<store::engine::FactReader>
make_fact_reader(const io::Executor& executor, const config::StoreSettings& settings);

/// Why a database's facts can't be read: it can't be reached, or hasn't this program's schema.
/// Empty if they can, and for a folder, whose reader says so itself.
std::string why_no_journal(const config::StoreSettings& settings);

}  // namespace frontrow::cli
