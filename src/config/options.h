#pragma once

#include "config/settings.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace frontrow::config {

// Each adds its options to a command. The variable that stands for one is its envname; sources.h
// fills it from elsewhere.

void add_options(CLI::App& command, ServeSettings& settings);
void add_options(CLI::App& command, TokenSettings& settings);
void add_options(CLI::App& command, StoreSettings& settings);
void add_options(CLI::App& command, SeedSettings& settings);
void add_options(CLI::App& command, BackupSettings& settings);
void add_options(CLI::App& command, RestoreSettings& settings);
void add_options(CLI::App& command, SnapshotSettings& settings);
void add_options(CLI::App& command, FactsSettings& settings);
/// --store alone, for a command that has nothing to do with a folder.
void add_database_option(CLI::App& command, StoreSettings& settings);

/// What the option takes is secret, or a URL, which may hold a secret: its type says so.
bool may_come_from_file(const CLI::Option& option);

}  // namespace frontrow::config
