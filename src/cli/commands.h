#pragma once

#include <string>

namespace CLI {
class App;
}

namespace frontrow::cli {

inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kWrongUsage = 2;
/// Returned by `migrate` if the settings name no database. Scripts call it to learn which store is
/// set, and must not mistake unreadable settings for none.
inline constexpr int kNoDatabase = 3;

// Each adds a command. If that command was called, it runs and sets the exit code.

/// `store_origin`: the source of --store's value. It is set after parsing.
void add_serve(CLI::App& app, int& exit_code, const std::string& store_origin);
void add_migrate(CLI::App& app, int& exit_code);
void add_backup(CLI::App& app, int& exit_code);
void add_restore(CLI::App& app, int& exit_code);
void add_seed(CLI::App& app, int& exit_code);
void add_snapshot(CLI::App& app, int& exit_code);
void add_facts(CLI::App& app, int& exit_code);
void add_reconcile(CLI::App& app, int& exit_code);
void add_token(CLI::App& app, int& exit_code);
void add_keys(CLI::App& app, int& exit_code);
void add_ticket(CLI::App& app, int& exit_code);
void add_verify(CLI::App& app, int& exit_code);
void add_bench(CLI::App& app, int& exit_code);

}  // namespace frontrow::cli
