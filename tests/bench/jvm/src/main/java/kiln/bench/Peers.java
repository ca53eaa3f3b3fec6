package kiln.bench;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dmg.pmml.DataType;
import org.jpmml.evaluator.Evaluator;
import org.jpmml.evaluator.EvaluatorUtil;
import org.jpmml.evaluator.HasGroupFields;
import org.jpmml.evaluator.InputField;
import org.jpmml.evaluator.LoadingModelEvaluatorBuilder;
import org.pmml4s.model.Model;

/**
 * Microseconds a row of JPMML-Evaluator or PMML4S over the rows of a table, one thread, one row at a time: maps of typed values made
 * beforehand, every output decoded. Rows of one transaction are one call, a list of values for each field.
 *
 * Peers ENGINE MODEL.pmml ROWS.csv WARM_SECONDS     (ENGINE: jpmml, pmml4s; prints "one_row US", the best of five passes of half a second)
 */
public final class Peers {
  static volatile int sink;

  interface Engine {
    Object row(Map<String, String> fields);
    Object score(Object row);
    /** The field whose equal values make rows one transaction; null: each row is scored for itself. */
    default String group() {
      return null;
    }
    default Object transaction(List<Object> rows) {
      throw new UnsupportedOperationException("transactions");
    }
  }

  static boolean missing(String field) {
    return field.isEmpty() || field.equals("NA") || field.equals("N/A");
  }

  static Engine jpmml(File model) throws Exception {
    Evaluator evaluator = new LoadingModelEvaluatorBuilder().load(model).build();
    List<InputField> inputs = new ArrayList<>(evaluator.getInputFields());
    return new Engine() {
      public Object row(Map<String, String> fields) {
        Map<String, Object> row = new LinkedHashMap<>();
        for (InputField input : inputs) {
          String field = fields.get(input.getName());
          row.put(input.getName(), field == null || missing(field) ? null : typed(field, input.getDataType()));
        }
        return row;
      }
      @Override
      public String group() {
        return evaluator instanceof HasGroupFields grouped && !grouped.getGroupFields().isEmpty() ? grouped.getGroupFields().get(0).getName() : null;
      }
      @Override
      @SuppressWarnings("unchecked")
      public Object transaction(List<Object> rows) {
        Map<String, Object> lists = new LinkedHashMap<>();
        for (InputField input : inputs) lists.put(input.getName(), rows.stream().map(row -> ((Map<String, Object>) row).get(input.getName())).toList());
        return lists;
      }
      @SuppressWarnings("unchecked")
      public Object score(Object row) {
        return EvaluatorUtil.decodeAll(evaluator.evaluate((Map<String, Object>) row));
      }
    };
  }

  static Object typed(String field, DataType type) {
    try {
      switch (type) {
        case DOUBLE: return Double.valueOf(field);
        case FLOAT: return Float.valueOf(field);
        case INTEGER: return (int) Double.parseDouble(field);
        default: return field;
      }
    } catch (NumberFormatException e) {
      return field;
    }
  }

  static Engine pmml4s(File file) {
    Model model = Model.fromFile(file);
    String[] names = model.inputNames();
    return new Engine() {
      public Object row(Map<String, String> fields) {
        Map<String, Object> row = new HashMap<>();
        for (String name : names) {
          String field = fields.get(name);
          if (field == null || missing(field)) continue;
          try {
            row.put(name, Double.valueOf(field));
          } catch (NumberFormatException e) {
            row.put(name, field);
          }
        }
        return row;
      }
      @SuppressWarnings("unchecked")
      public Object score(Object row) {
        return model.predict((Map<String, Object>) row);
      }
    };
  }

  /** Fields of a line of CSV or TSV; quotes around fields, doubled inside. */
  static List<String> split(String line, char separator) {
    List<String> fields = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '"' && quoted && i + 1 < line.length() && line.charAt(i + 1) == '"') {
        field.append(line.charAt(++i));
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == separator && !quoted) {
        fields.add(field.toString());
        field.setLength(0);
      } else {
        field.append(c);
      }
    }
    fields.add(field.toString());
    return fields;
  }

  static double pass(Engine engine, Object[] rows, double seconds) {
    long begin = System.nanoTime(), scored = 0;
    while (System.nanoTime() - begin < seconds * 1e9) {
      for (Object row : rows) {
        try {
          sink += engine.score(row).hashCode();
        } catch (RuntimeException e) {
          sink++;   // a row that the model refuses
        }
      }
      scored += rows.length;
    }
    return (System.nanoTime() - begin) / 1e3 / scored;
  }

  public static void main(String[] arguments) throws Exception {
    File model = new File(arguments[1]);
    Engine engine = arguments[0].equals("jpmml") ? jpmml(model) : pmml4s(model);
    List<String> lines = Files.readAllLines(Path.of(arguments[2]));
    char separator = lines.get(0).indexOf('\t') >= 0 ? '\t' : ',';
    List<String> header = split(lines.get(0), separator);
    List<Object> rows = new ArrayList<>();
    Map<String, List<Object>> transactions = new LinkedHashMap<>();
    for (String line : lines.subList(1, Math.min(lines.size(), 4097))) {
      List<String> fields = split(line, separator);
      Map<String, String> row = new HashMap<>();
      for (int i = 0; i < Math.min(header.size(), fields.size()); i++) row.put(header.get(i), fields.get(i));
      rows.add(engine.row(row));
      if (engine.group() != null) transactions.computeIfAbsent(row.get(engine.group()), key -> new ArrayList<>()).add(rows.get(rows.size() - 1));
    }
    if (engine.group() != null) rows = transactions.values().stream().map(engine::transaction).collect(java.util.stream.Collectors.toList());
    engine.score(rows.get(0));   // an engine that cannot score this model says so here
    Object[] all = rows.toArray();
    pass(engine, all, Double.parseDouble(arguments[3]));
    double best = Double.MAX_VALUE;
    for (int i = 0; i < 5; i++) best = Math.min(best, pass(engine, all, 0.5));
    System.out.printf(java.util.Locale.ROOT, "one_row %.5f%n", best);
  }
}
