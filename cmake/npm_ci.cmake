# Run at build time, by frontrow_npm(): exactly what the lock file pins, checked against its hashes. No package runs a
# script of its own: there is nothing to compile, and @scarf/scarf would report the installation to somebody.
if(NOT NPM)
    message(FATAL_ERROR "npm is missing: scripts/install-deps.sh installs it (Debian's packages nodejs and npm).")
endif()
file(COPY ${FOLDER}/package.json ${FOLDER}/package-lock.json DESTINATION ${TO})
execute_process(
    COMMAND ${NPM} ci --ignore-scripts --prefer-offline --no-audit --no-fund --no-update-notifier --loglevel=error
    WORKING_DIRECTORY ${TO} RESULT_VARIABLE result ERROR_VARIABLE error OUTPUT_QUIET)
if(NOT result EQUAL 0)
    message(FATAL_ERROR "npm could not fetch what ${FOLDER}/package.json names. The build needs an npm registry once "
        "(`npm config get registry`), or npm's cache from an earlier build.\n${error}")
endif()
foreach(file ${PROVIDES})
    if(NOT EXISTS ${file})
        message(FATAL_ERROR "npm fetched the packages of ${FOLDER}, but ${file} isn't among them.")
    endif()
endforeach()
# A package's files are as old as it is, which a build tool would take for older than the lock file.
file(TOUCH ${PROVIDES})
