# rp_tests(folders...): every test_NAME.c under FOLDER/tests is one CMocka
# program and one ctest entry, named by its path: reference/rpc/timeout.
#
# A program of its own and a time limit each, so that a crash or a hang names
# its unit.
pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)

function(rp_tests)
    foreach(top IN LISTS ARGN)
        file(GLOB_RECURSE tests CONFIGURE_DEPENDS
            ${PROJECT_SOURCE_DIR}/${top}/tests/test_*.c)
        foreach(file IN LISTS tests)
            file(RELATIVE_PATH rel ${PROJECT_SOURCE_DIR}/${top}/tests ${file})
            string(REGEX REPLACE "(^|/)test_([^/]*)\\.c$" "\\1\\2" rel ${rel})
            string(REPLACE / - program ${top}-${rel})
            add_executable(test-${program} ${file})
            target_link_libraries(test-${program} PRIVATE proof
                PkgConfig::CMOCKA)
            target_compile_definitions(test-${program} PRIVATE
                RP_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                RP_BINARY_DIR="${PROJECT_BINARY_DIR}")
            set_target_properties(test-${program} PROPERTIES
                RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
            add_test(NAME ${top}/${rel} COMMAND test-${program})
            set_tests_properties(${top}/${rel} PROPERTIES
                TIMEOUT ${RP_TEST_LIMIT})
        endforeach()
    endforeach()
endfunction()
