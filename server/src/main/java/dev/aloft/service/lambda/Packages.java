package dev.aloft.service.lambda;

import dev.aloft.api.Caller;
import java.util.List;
import java.util.Optional;

/** Functions' new packages, whatever they come as. */
record Packages(Uploads uploads, Images images, PackageKeys keys, Layers layers, CodeStorage storage,
        Functions functions) {
    /**
     * What a request brings.
     *
     * @param image the URI of an image, or null of a zip
     * @param key   that it is encrypted under, or null
     */
    record Given(String image, Uploads.Source zip, String key) {}

    /**
     * Keeps a package that fits together with the function's layers and within the account's quota.
     *
     * @param before    what it takes the place of
     * @param published whether a version has it too
     */
    CodeStore.Code keep(Caller caller, FunctionName name, Given given, Optional<CodeStore.Code> before,
            List<CodeStore.Code> ofLayers, boolean published) {
        CodeStore.Code code = given.image() != null ? images.keep(caller, given.image())
                : uploads.keep(caller, given.zip(), before, () -> keys.seal(caller, name, given.key()));
        layers.fit(code, ofLayers);
        long more = (published ? 2 * code.size() : code.size()) - before.map(CodeStore.Code::size).orElse(0L);
        storage.require(name, more, () -> functions.forgetUnused(name, List.of(code)));
        return code;
    }
}
