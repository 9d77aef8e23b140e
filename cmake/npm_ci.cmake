# Run at build time by frontrow_npm(): installs exactly what the lock file pins, checked against its hashes. Packages
# run no scripts: nothing needs compiling, and @scarf/scarf would report the installation to its vendor.
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
# The files keep the dates of their packages, so a build tool would think them older than the lock file.
file(TOUCH ${PROVIDES})
