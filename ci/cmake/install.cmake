# The library, its headers, its pkg-config file and its CMake package.
include(CMakePackageConfigHelpers)

configure_file(ci/cmake/rpcref.pc.in rpcref.pc @ONLY)
install(TARGETS rpcref EXPORT rpcref)
install(DIRECTORY reference/include/rpcref
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES ${PROJECT_BINARY_DIR}/rpcref.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(EXPORT rpcref NAMESPACE rpcref::
    FILE rpcref-targets.cmake
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/rpcref)
configure_package_config_file(ci/cmake/rpcref-config.cmake.in
    ${PROJECT_BINARY_DIR}/rpcref-config.cmake
    INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/rpcref)
write_basic_package_version_file(
    ${PROJECT_BINARY_DIR}/rpcref-config-version.cmake
    COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/rpcref-config.cmake
    ${PROJECT_BINARY_DIR}/rpcref-config-version.cmake
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/rpcref)
