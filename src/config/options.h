#pragma once

#include "config/settings.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace frontrow::config {

// Each overload adds a struct's options to a command. An option's envname is the variable that sets
// it; sources.h fills that variable from the other sources.

void add_options(CLI::App& command, ServeSettings& settings);
void add_options(CLI::App& command, TokenSettings& settings);
void add_options(CLI::App& command, TokenCheckSettings& settings);
void add_options(CLI::App& command, StoreSettings& settings);
void add_options(CLI::App& command, SeedSettings& settings);
void add_options(CLI::App& command, BackupSettings& settings);
void add_options(CLI::App& command, RestoreSettings& settings);
void add_options(CLI::App& command, SnapshotSettings& settings);
void add_options(CLI::App& command, FactsSettings& settings);
void add_options(CLI::App& command, ReconcileSettings& settings);
void add_options(CLI::App& command, PaymentSettings& settings);
void add_options(CLI::App& command, VerdictSettings& settings);
void add_options(CLI::App& command, KeysSettings& settings);
void add_options(CLI::App& command, TicketSettings& settings);
/// Adds --store alone, for a command that never uses a folder.
void add_database_option(CLI::App& command, StoreSettings& settings);

/// True for secrets, and for URLs, which may hold one. Judged by the option's type name.
bool may_come_from_file(const CLI::Option& option);

}  // namespace frontrow::config
