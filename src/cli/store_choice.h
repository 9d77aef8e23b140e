#pragma once

#include "app/open_store.h"
#include "config/settings.h"
#include "io/postgres/pg_options.h"
#include "tickets/key_file.h"

namespace frontrow::cli {

/// Converts settings to the store that they name, with defaults for everything else.
inline app::StoreChoice store_choice(const config::StoreSettings& settings) {
    if (!settings.is_cluster()) {
        return store::sqlite::EmbeddedStore::Settings{
            .folder = settings.data_dir,
            .accept_clock = settings.accept_clock,
            .other_files = tickets::key_file_names(),
        };
    }
    app::ClusterSettings cluster;
    cluster.database.url = settings.store;
    cluster.origin = settings.origin.empty() ? "--store" : settings.origin;
    return cluster;
}

}  // namespace frontrow::cli
