/* test.h - what every CMocka program here begins with. */
#ifndef REFERENCE_TESTS_TEST_H
#define REFERENCE_TESTS_TEST_H

/* cmocka.h needs these four before it, in this order. */
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A main() that runs the tests given, each `cmocka_unit_test(...)`. */
#define RP_TEST_MAIN(...)                                                      \
    int main(void)                                                             \
    {                                                                          \
        const struct CMUnitTest tests[] = {__VA_ARGS__};                       \
                                                                               \
        return cmocka_run_group_tests(tests, NULL, NULL);                      \
    }

#endif
