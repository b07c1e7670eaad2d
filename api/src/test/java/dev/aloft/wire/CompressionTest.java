package dev.aloft.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which coding DynamoDB was seen to choose, also for headers that are none. */
class CompressionTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "none", value = {
        "gzip, deflate|gzip",
        "br, identity, deflate, gzip|deflate",
        "dog, GZIP ,, cat|gzip",
        "gzip;q=0.8, deflate;q=0.9|deflate",
        "*|gzip",
        "*, deflate;q=0.5|gzip",
        "*, deflate|deflate",
        "*, gzip;q=0.5|deflate",
        "*;q=0.5,identity|gzip",
        "gzip;q=0.5,identity;q=0.8|gzip",
        "deflate;q=0.5, gzip;q=31|gzip",
        "deflate;q=0.5,gzip;q=0.|deflate",
        "deflate;q=0.5,gzip;q=0.x|gzip",
        "deflate;q=-0.5,gzip;q=0.2|gzip",
        "gzip;q =0;q=1|gzip",
        "gzip;q=0, gzip;q=1, gzip;q=0|gzip",
        "identity|none",
        "x-gzip|none",
        "gzip ;q=0|none",
        "*;q=0|none",
        "gzip br|none",
        "gzip:q=1|none"})
    void theCodingThatIsLikedBestIsChosen(String accepted, String coding) {
        assertThat(Compression.coding(accepted)).isEqualTo(coding);
    }
}
