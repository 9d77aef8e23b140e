# FRONTROW_PRECOMPILE: whose library headers are compiled once and not again for each unit, which takes half of its time.
# `tests` (release), `all` (the sanitizers, for the modules too), or nothing: then the compiler notices what a unit
# forgets to include (debug, lint; the modules in release).
set(FRONTROW_PRECOMPILE "" CACHE STRING "Whose library headers are precompiled: tests, all or nothing")
set(FRONTROW_PRECOMPILED
    <algorithm> <array> <atomic> <chrono> <cstdint> <expected> <filesystem> <functional> <map> <memory> <mutex>
    <optional> <ranges> <set> <span> <sstream> <string> <string_view> <thread> <unordered_map> <variant> <vector>
    <boost/asio/any_io_executor.hpp> <boost/asio/awaitable.hpp> <boost/asio/co_spawn.hpp>
    <boost/asio/io_context.hpp> <boost/asio/post.hpp> <boost/asio/steady_timer.hpp> <boost/json.hpp>
    <boost/unordered/unordered_flat_map.hpp> <boost/unordered/unordered_flat_set.hpp>)

# A unit sees them only with the same definitions and options as they were compiled with.
add_library(frontrow_precompiled_definitions INTERFACE)
target_link_libraries(frontrow_precompiled_definitions INTERFACE frontrow::asio Boost::json Boost::url fmt::fmt spdlog::spdlog)
target_compile_definitions(frontrow_precompiled_definitions INTERFACE _FILE_OFFSET_BITS=64)
target_compile_features(frontrow_precompiled_definitions INTERFACE cxx_std_23)

# frontrow_precompile(name HEADERS … LIBRARIES … OPTIONS …): compiles them, for use_precompiled(). Call neither for what
# FRONTROW_PRECOMPILE leaves out.
function(frontrow_precompile name)
    cmake_parse_arguments(arg "" "" "HEADERS;LIBRARIES;OPTIONS" ${ARGN})
    file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/${name}.cc CONTENT "")
    add_library(${name} STATIC ${CMAKE_BINARY_DIR}/${name}.cc)
    target_link_libraries(${name} PRIVATE frontrow_precompiled_definitions ${arg_LIBRARIES})
    target_compile_options(${name} PRIVATE ${arg_OPTIONS})
    target_precompile_headers(${name} PRIVATE ${FRONTROW_PRECOMPILED} ${arg_HEADERS})
endfunction()

function(use_precompiled target name)
    target_link_libraries(${target} PRIVATE frontrow_precompiled_definitions)
    target_precompile_headers(${target} REUSE_FROM ${name})
endfunction()

if(FRONTROW_PRECOMPILE STREQUAL "all")
    frontrow_precompile(frontrow_precompiled)
endif()
