# Warnings, sanitizers, ccache: the same for every target of the project.
add_compile_options(
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor
    -Werror=switch -Werror=return-type -Werror=unused-result
    # A field left out of a designated initializer has its default on purpose.
    -Wno-missing-designated-field-initializers
    -fno-omit-frame-pointer
)
if(FRONTROW_WERROR)
    add_compile_options(-Werror)
endif()

if(FRONTROW_SANITIZE)
    add_compile_options(-fsanitize=${FRONTROW_SANITIZE} -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${FRONTROW_SANITIZE})
endif()

find_program(CCACHE ccache)
if(CCACHE)
    # Another checkout of the same source finds what this one has compiled.
    set(LAUNCHER env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
    set(CMAKE_C_COMPILER_LAUNCHER ${LAUNCHER})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${LAUNCHER})
endif()
