package dev.aloft.service.apigateway;

import dev.aloft.api.ApiGateway.BadRequestException;
import dev.aloft.api.ApiGateway.PatchOperation;
import java.util.ArrayList;
import java.util.List;

/**
 * API Gateway's patch operations.
 *
 * @see <a href="https://docs.aws.amazon.com/apigateway/latest/developerguide/patch-operations.html">Patch
 *     operations</a>
 */
final class Patches {
    private Patches() {}

    /** The operations, each with a path and one of the operations that are built. */
    static List<PatchOperation> checked(List<PatchOperation> patches) {
        var all = patches == null ? List.<PatchOperation>of() : patches;
        for (var patch : all) {
            if (patch.op() == null || !List.of("add", "remove", "replace").contains(patch.op())) {
                throw new BadRequestException("Invalid patch operation specified. Must be 'add'|'remove'|'replace'");
            }
            if (patch.path() == null) {
                throw new BadRequestException("Invalid patch path null");
            }
        }
        return all;
    }

    /** A list with an element put in, taken out or replaced; the path's last part names it, with / written as ~1. */
    static List<String> inList(List<String> list, PatchOperation patch, String last) {
        var element = last.replace("~1", "/").replace("~0", "~");
        var changed = new ArrayList<>(list == null ? List.of() : list);
        switch (patch.op()) {
            case "add" -> changed.add(element);
            case "remove" -> changed.remove(element);
            default -> changed.replaceAll(each -> each.equals(element) ? patch.value() : each);
        }
        return changed.isEmpty() ? null : changed;
    }
}
