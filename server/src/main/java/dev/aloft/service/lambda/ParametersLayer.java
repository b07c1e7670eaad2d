package dev.aloft.service.lambda;

import dev.aloft.api.Lambda;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The layer with AWS's Parameters and Secrets Lambda Extension, which lies in an account of AWS's in each region.
 * Nothing of it is here: the platform itself answers at its port.
 *
 * @see <a href="https://docs.aws.amazon.com/systems-manager/latest/userguide/ps-integration-lambda-extensions.html">AWS
 *     Parameters and Secrets Lambda Extension</a>
 */
final class ParametersLayer {
    private static final Pattern NAME = Pattern.compile("AWS-Parameters-and-Secrets-Lambda-Extension(-Arm64)?");
    /** By region, as AWS listed them on 2026-07-28. */
    private static final Map<String, String> ACCOUNTS = Map.ofEntries(
            Map.entry("us-east-1", "177933569100"), Map.entry("us-east-2", "590474943231"),
            Map.entry("us-west-1", "997803712105"), Map.entry("us-west-2", "345057560386"),
            Map.entry("af-south-1", "317013901791"), Map.entry("ap-east-1", "768336418462"),
            Map.entry("ap-east-2", "890742577149"), Map.entry("ap-south-1", "176022468876"),
            Map.entry("ap-south-2", "070087711984"), Map.entry("ap-southeast-1", "044395824272"),
            Map.entry("ap-southeast-2", "665172237481"), Map.entry("ap-southeast-3", "490737872127"),
            Map.entry("ap-southeast-4", "090732460067"), Map.entry("ap-southeast-5", "381492012281"),
            Map.entry("ap-southeast-6", "995508174458"), Map.entry("ap-southeast-7", "941377119484"),
            Map.entry("ap-northeast-1", "133490724326"), Map.entry("ap-northeast-2", "738900069198"),
            Map.entry("ap-northeast-3", "576959938190"), Map.entry("ca-central-1", "200266452380"),
            Map.entry("ca-west-1", "243964427225"), Map.entry("cn-north-1", "287114880934"),
            Map.entry("cn-northwest-1", "287310001119"), Map.entry("eu-central-1", "187925254637"),
            Map.entry("eu-central-2", "772501565639"), Map.entry("eu-west-1", "015030872274"),
            Map.entry("eu-west-2", "133256977650"), Map.entry("eu-west-3", "780235371811"),
            Map.entry("eu-south-1", "325218067255"), Map.entry("eu-south-2", "524103009944"),
            Map.entry("eu-north-1", "427196147048"), Map.entry("eusc-de-east-1", "041683371183"),
            Map.entry("il-central-1", "148806536434"), Map.entry("mx-central-1", "241533131596"),
            Map.entry("me-south-1", "832021897121"), Map.entry("me-central-1", "858974508948"),
            Map.entry("sa-east-1", "933737806257"), Map.entry("us-gov-east-1", "129776340158"),
            Map.entry("us-gov-west-1", "127562683043"));

    private ParametersLayer() {}

    static boolean is(LayerName name) {
        return NAME.matcher(name.name()).matches() && name.account().equals(ACCOUNTS.get(name.region()));
    }

    /** Whether a function has it. */
    static boolean isAmong(List<Lambda.Layer> layers) {
        return layers != null && layers.stream().map(layer -> LayerName.of(layer.arn())).anyMatch(ParametersLayer::is);
    }
}
