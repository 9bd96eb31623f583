#define BOOST_TEST_MODULE plugin_abi
#include <boost/test/unit_test.hpp>
