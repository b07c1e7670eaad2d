package dev.aloft.service.dynamodb.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NumbersTest {
    @ParameterizedTest
    @CsvSource({"0,0", "-0,0", "0.0,0", "0e126,0", "7,7", "+7,7", "-7,-7", "00042,42", "1.0,1", "3.1400,3.14",
        "1.5E2,150", "1e-3,0.001", ".5,0.5", "5.,5", "-0.0010,-0.001", "1e+5,100000", "100,100", "0001.23,1.23",
        "12345678901234567890123456789012345678,12345678901234567890123456789012345678"})
    void numbersHaveOneSpelling(String given, String kept) {
        assertThat(normal(given)).isEqualTo(kept);
        assertThat(normal(kept)).isEqualTo(kept);
    }

    @Test
    void theLargestAndTheSmallestAreKept() {
        assertThat(new BigDecimal(normal("9.9999999999999999999999999999999999999E+125")))
            .isEqualByComparingTo("9.9999999999999999999999999999999999999E+125");
        assertThat(new BigDecimal(normal("-1E-130"))).isEqualByComparingTo("-1E-130");
        assertThat(new BigDecimal(normal("0.1e126"))).isEqualByComparingTo("1e125");
    }

    @ParameterizedTest
    @ValueSource(strings = {"NaN", "Infinity", "-", "dog", " 1", "1 ", "1e", "1e+", ".", "-.", "1.2.3", "e5", "--1",
        "0x1"})
    void whatIsNoNumberIsRefused(String text) {
        refused("The parameter cannot be converted to a numeric value: " + text, text);
    }

    @Test
    void anEmptyTextIsNoNumber() {
        refused("The parameter cannot be converted to a numeric value", "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e126", "-1e126", "11e125", "1.0e2147483645"})
    void tooLargeNumbersOverflow(String text) {
        refused("Number overflow. Attempting to store a number with magnitude larger than supported range", text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e-131", "-1e-131", "0.9e-130", "1e-2147483647"})
    void tooSmallNumbersUnderflow(String text) {
        refused("Number underflow. Attempting to store a number with magnitude smaller than supported range", text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"123456789012345678901234567890123456789", "-1.23456789012345678901234567890123456789"})
    void thirtyNineDigitsAreTooMany(String text) {
        refused("Attempting to store more than 38 significant digits in a Number", text);
    }

    /** As captured on AWS: since 2026 exponents have 64 bits, and that of zero counts. */
    @Test
    void exponentsAreReadInFullInThePresentWording() {
        var overflow = "Number overflow. Attempting to store a number with magnitude larger than supported range";
        var underflow = "Number underflow. Attempting to store a number with magnitude smaller than supported range";
        var notNumeric = "The parameter cannot be converted to a numeric value";
        Map.of("1e99999999999", overflow, "-1e2147483648", overflow, "1e2147483647", overflow, "0e126", overflow,
            "1e-99999999999", underflow, "0e-131", underflow, "1e9223372036854775808",
            notNumeric + ": 1e9223372036854775808", "", notNumeric + ": ", " 1", notNumeric + ":  1", "1e",
            notNumeric + ": 1e").forEach((text, message) ->
                assertThatThrownBy(() -> Numbers.normalise(text, Wording.PRESENT)).hasMessage(message));
        assertThat(Numbers.normalise("0e125", Wording.PRESENT)).isEqualTo("0");
        assertThat(Numbers.normalise("0e126", Wording.FORMER)).isEqualTo("0");
        refused(underflow, "1e2147483647");
        refused(notNumeric + ": 1e2147483648", "1e2147483648");
    }

    private static void refused(String message, String text) {
        assertThatThrownBy(() -> normal(text)).isInstanceOf(ValidationException.class).hasMessage(message);
    }

    @Test
    void sumsAreExactOrRefused() {
        assertThat(Numbers.add("1", "10000000000000000000000")).isEqualTo("10000000000000000000001");
        assertThat(Numbers.subtract("10000000000000000000000", "1")).isEqualTo("9999999999999999999999");
        assertThat(Numbers.add("0.1", "0.2")).isEqualTo("0.3");
        assertThat(Numbers.subtract("1", "1")).isEqualTo("0");
        assertThatThrownBy(() -> Numbers.add(normal("1e50"), "1")).hasMessageStartingWith("Number overflow");
        assertThatThrownBy(() -> Numbers.add(normal("9e125"), normal("9e125")))
            .hasMessageStartingWith("Number overflow");
    }

    @Test
    void orderedBytesComeInTheOrderOfTheNumbers() {
        var random = new Random(7);
        var numbers = new ArrayList<String>();
        for (int i = 0; i < 3_000; i++) {
            var number = new BigDecimal(new BigInteger(1 + random.nextInt(120), random), random.nextInt(200) - 85)
                .round(new MathContext(38));
            numbers.add(normal((random.nextBoolean() ? "-" : "") + number));
        }
        for (var edge : new String[] {"0", "1e-130", "-1e-130", "9.9e125", "-9.9e125"}) {
            numbers.add(normal(edge));
        }
        var byValue = numbers.stream().sorted(Comparator.comparing(BigDecimal::new)).toList();
        var byBytes = numbers.stream()
            .sorted((a, b) -> Arrays.compareUnsigned(Numbers.ordered(a), Numbers.ordered(b))).toList();
        assertThat(byBytes).isEqualTo(byValue);
    }

    @ParameterizedTest
    @CsvSource({"0,1", "1,2", "-1,3", "12,2", "123,3", "1.5,3", "100,2", "1000,2", "0.05,2"})
    void sizesCountTwoDigitsAByte(String number, int size) {
        assertThat(Numbers.size(number)).isEqualTo(size);
    }

    private static String normal(String text) {
        return Numbers.normalise(text, Wording.FORMER);
    }
}
