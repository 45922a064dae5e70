#!/usr/bin/env bash
# Guess: a 64-bit integer field reads a JSON number alike everywhere: 100 and 100.00000000 are the
#   same whole number and are read; 100.7 is refused by every typed reader.
# Seen: Java's Jackson (long or Long) reads 100.7 as 100 and -0.9 as 0 without a word, yet refuses
#   the STRING "100.7". Go's encoding/json refuses 100.00000000, 100.0 and 1e2, whole numbers all.
# Why it matters: order quantities leave a DECIMAL(18,8) column as 100.00000000. A Go peer that
#   declares int64 cannot read what a Java peer wrote, and a Java peer that declares long turns
#   a fractional quantity into a smaller order and answers success. Compare the quantity in the
#   answer with the one that was sent, and write whole shares without a decimal point.
# Versions: jackson-databind 2.19.2 on Java 17.0.15; Go 1.26.8.
# Output seen:
#   java 100 -> 100 | java 100.00000000 -> 100 | java 1e2 -> 100 | java 100.7 -> 100
#   java -0.9 -> 0 | java "100.7" -> refused
#   go 100 -> 100 | go 100.00000000, 1e2, 100.7, -0.9, "100.7" -> refused
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
cat > pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies><dependency><groupId>com.fasterxml.jackson.core</groupId>
    <artifactId>jackson-databind</artifactId><version>2.19.2</version></dependency></dependencies></project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib
cat > Read.java <<'JAVA'
import com.fasterxml.jackson.databind.ObjectMapper;
public class Read {
    public record Order(String securityId, Long quantity) {}
    public static void main(String[] numbers) {
        for (String number : numbers) {
            String got;
            try {
                got = "" + new ObjectMapper().readValue("{\"quantity\":" + number + "}", Order.class).quantity();
            } catch (Exception e) { got = "refused"; }
            System.out.println("java " + number + " -> " + got);
        }
    }
}
JAVA
cat > go.mod <<'MOD'
module finding
go 1.24
MOD
cat > main.go <<'GO'
package main

import ("encoding/json"; "fmt"; "os")

func main() {
	for _, number := range os.Args[1:] {
		var order struct { Quantity int64 `json:"quantity"` }
		if json.Unmarshal([]byte(`{"quantity":`+number+`}`), &order) != nil {
			fmt.Println("go", number, "-> refused")
		} else {
			fmt.Println("go", number, "->", order.Quantity)
		}
	}
}
GO
numbers=(100 100.00000000 1e2 100.7 -0.9 '"100.7"')
{ java -cp 'lib/*' Read.java "${numbers[@]}"; go run . "${numbers[@]}"; } > seen
cat seen
cat > expected <<'TXT'
java 100 -> 100
java 100.00000000 -> 100
java 1e2 -> 100
java 100.7 -> 100
java -0.9 -> 0
java "100.7" -> refused
go 100 -> 100
go 100.00000000 -> refused
go 1e2 -> refused
go 100.7 -> refused
go -0.9 -> refused
go "100.7" -> refused
TXT
diff expected seen || { echo "CHANGED: Jackson or encoding/json reads these numbers otherwise now"; exit 1; }
echo "still there: Jackson drops the fraction, Go refuses a whole number with decimals"
