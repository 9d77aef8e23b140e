# frontrow_npm(FOLDER folder PROVIDES file …): installs the packages that folder/package-lock.json pins into
# ${FRONTROW_NPM}/node_modules. PROVIDES lists the files below it that the build uses. Sets FRONTROW_NPM for the caller.
find_program(NPM npm)

function(frontrow_npm)
    cmake_parse_arguments(arg "" "FOLDER" "PROVIDES" ${ARGN})
    set(to ${CMAKE_CURRENT_BINARY_DIR}/npm)
    list(TRANSFORM arg_PROVIDES PREPEND ${to}/node_modules/)
    set(script ${CMAKE_SOURCE_DIR}/cmake/npm_ci.cmake)
    add_custom_command(
        OUTPUT ${arg_PROVIDES}
        COMMAND ${CMAKE_COMMAND} -DNPM=${NPM} -DFOLDER=${arg_FOLDER} -DTO=${to} "-DPROVIDES=${arg_PROVIDES}" -P ${script}
        DEPENDS ${arg_FOLDER}/package.json ${arg_FOLDER}/package-lock.json ${script}
        COMMENT "Fetching the npm packages of ${arg_FOLDER}"
        VERBATIM)
    set(FRONTROW_NPM ${to} PARENT_SCOPE)
endfunction()
