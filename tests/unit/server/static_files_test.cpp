#include "hosts/server/net/static_files.hpp"
#include "tests/unit/temporary_folder.hpp"

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <fstream>

using namespace parley::server;
namespace fs = std::filesystem;

BOOST_AUTO_TEST_SUITE(static_files)

namespace {

struct Site {
    Site() {
        fs::create_directories(folder / "www/assets");
        for (const char* file : {"secret.txt", "www/index.html", "www/a b.svg", "www/.hidden",
                                 "www/assets/index-4f3c9a1b.js", "www/assets/background-image.png",
                                 "www/assets/data.unknown"}) {
            std::ofstream(folder / file) << "content";
        }
        fs::create_symlink(folder / "secret.txt", folder / "www/link.txt");
        fs::create_directory_symlink(folder, folder / "www/up");
    }

    parley::test::TemporaryFolder temporary;
    const fs::path& folder = temporary.path;
};

}  // namespace

BOOST_AUTO_TEST_CASE(finds_files_with_their_type_and_age) {
    const Site site;
    const StaticFiles files(site.folder / "www");

    struct Case {
        const char* target;
        const char* type;
        bool forever;
    };

    for (const auto& [target, type, forever] :
         {Case{"/", "text/html; charset=utf-8", false},
          Case{"/index.html?x=1", "text/html; charset=utf-8", false},
          Case{"/a%20b.svg", "image/svg+xml", false},
          Case{"/assets/index-4f3c9a1b.js", "text/javascript; charset=utf-8", true},
          Case{"//assets//index-4f3c9a1b.js", "text/javascript; charset=utf-8", true},
          Case{"/assets/background-image.png", "image/png", false},
          Case{"/assets/data.unknown", "application/octet-stream", false}}) {
        const auto file = files.find(target);
        BOOST_REQUIRE_MESSAGE(file, target);
        BOOST_TEST(file->content_type == type, target);
        BOOST_TEST((file->cache_control == "no-cache") == !forever, target);
        BOOST_TEST(file->size == 7U);
    }
}

BOOST_AUTO_TEST_CASE(never_leaves_its_folder) {
    const Site site;
    const StaticFiles files(site.folder / "www");
    for (const char* target : {"/../secret.txt",
                               "/%2e%2e/secret.txt",
                               "/..%2fsecret.txt",
                               "/assets/../../secret.txt",
                               "/assets/../index.html",
                               "/.hidden",
                               "/link.txt",
                               "/up/secret.txt",
                               "/..\\secret.txt",
                               "/%00",
                               "/index.html%00.js",
                               "/%",
                               "/%2",
                               "/%zz",
                               "",
                               "index.html",
                               "http://x/index.html",
                               "/assets",
                               "/none",
                               "/index.html/"}) {
        const auto file = files.find(target);
        const bool folder_slash = std::string_view(target) == "/index.html/";
        BOOST_TEST((!file || folder_slash), target);
    }
    BOOST_TEST(!StaticFiles("").find("/"));
    BOOST_TEST(!StaticFiles(site.folder / "missing").find("/etc/passwd"));
}

BOOST_AUTO_TEST_CASE(the_etag_changes_with_the_file) {
    const Site site;
    const StaticFiles files(site.folder / "www");
    const std::string before = files.find("/")->etag;
    BOOST_TEST(files.find("/")->etag == before);
    std::ofstream(site.folder / "www/index.html") << "other content";
    BOOST_TEST(files.find("/")->etag != before);
}

BOOST_AUTO_TEST_SUITE_END()
