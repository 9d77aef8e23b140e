#pragma once

#include <string>

namespace CLI {
class App;
}

namespace frontrow::cli {

inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kWrongUsage = 2;
/// Of `migrate` where the settings name no database: scripts ask it which store they name, and must
/// not take settings that can't be read for none.
inline constexpr int kNoDatabase = 3;

// Each adds a command; when it's the one that was called, it runs and leaves its exit code.

/// `store_origin`: where --store has its value from, once that is known.
void add_serve(CLI::App& app, int& exit_code, const std::string& store_origin);
void add_migrate(CLI::App& app, int& exit_code);
void add_backup(CLI::App& app, int& exit_code);
void add_restore(CLI::App& app, int& exit_code);
void add_seed(CLI::App& app, int& exit_code);
void add_snapshot(CLI::App& app, int& exit_code);
void add_facts(CLI::App& app, int& exit_code);
void add_token(CLI::App& app, int& exit_code);
void add_verify(CLI::App& app, int& exit_code);
void add_bench(CLI::App& app, int& exit_code);

}  // namespace frontrow::cli
