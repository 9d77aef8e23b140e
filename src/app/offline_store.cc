#include "app/offline_store.h"

#include "io/clock.h"
#include "io/disk_space.h"
#include "io/random.h"
#include "store/embedded/embedded_store.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace frontrow::app {

Result<void, io::Fault> with_store(
    const std::filesystem::path& folder,
    const std::function<io::Awaitable<Result<void, io::Fault>>(store::Store&, io::IdSource&)>& work
) {
    boost::asio::io_context context{1};
    const io::SystemClock clock;
    const io::SystemDiskSpace disk;
    io::SystemRandom random;
    io::IdSource ids{clock, random};
    store::embedded::EmbeddedStore::Ports ports{
        .owner = context.get_executor(),
        .clock = clock,
        .disk = disk,
        .on_failure = [](const io::Fault&) {}
    };
    auto opened = store::embedded::EmbeddedStore::open({.folder = folder}, std::move(ports));
    if (!opened) return std::unexpected(opened.error());
    auto& store = *opened;
    Result<void, io::Fault> outcome;
    boost::asio::co_spawn(
        context,
        work(*store, ids),
        [&](const std::exception_ptr& error, Result<void, io::Fault> result) {
            outcome = error ? std::unexpected(
                                  io::Fault{io::FaultKind::unavailable, "it ended in an exception"}
                              )
                            : std::move(result);
            // Its ticker would keep the loop going.
            store.reset();
        }
    );
    context.run();
    return outcome;
}

}  // namespace frontrow::app
