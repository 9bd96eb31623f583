// What outlives the witness.
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/scenarios/abi/witness/witness.hpp"

namespace witness {

namespace {

std::filesystem::path file(const Witness& self) {
    return std::filesystem::path(self.storage->directory) / "kept";
}

}  // namespace

Element kept(const Witness& self) {
    Element element("kept", ours);
    if (self.storage == nullptr) return element;
    const std::filesystem::path directory = self.storage->directory;
    element.set_attr("absolute", directory.is_absolute() ? "yes" : "no");

    struct stat status {};

    const bool is_private =
        stat(directory.c_str(), &status) == 0 && (status.st_mode & (S_IRWXG | S_IRWXO)) == 0;
    element.set_attr("private", is_private ? "yes" : "no");
    std::string value;
    if (std::getline(std::ifstream(file(self)), value)) element.set_attr("value", value);
    return element;
}

bool keep(const Witness& self, std::string_view value) {
    return self.storage != nullptr && (std::ofstream(file(self)) << value << std::endl);
}

}  // namespace witness
