# Certificates for tests, in build/certs/: see fixtures/certs/README.md.
find_program(OPENSSL_TOOL openssl REQUIRED)

add_custom_command(OUTPUT ${PROJECT_BINARY_DIR}/certs/ca.pem
    COMMAND ${PROJECT_SOURCE_DIR}/fixtures/certs/make-certs
        ${PROJECT_BINARY_DIR}/certs
    DEPENDS ${PROJECT_SOURCE_DIR}/fixtures/certs/make-certs
    COMMENT "certificates for tests" VERBATIM)
add_custom_target(certs ALL DEPENDS ${PROJECT_BINARY_DIR}/certs/ca.pem)
